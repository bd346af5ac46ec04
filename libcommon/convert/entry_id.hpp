// Entry ids of addresses: bytes that name a person ([MS-OXCDATA] 2.2.5, 2.3.3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace mbx::convert {

/// An address that stands in no address book. All texts UTF-8; type is "SMTP" for Internet mail.
struct OneOffAddress {
    std::string name;
    std::string type;
    std::string address;

    bool operator==(const OneOffAddress&) const = default;
};

/// [MS-OXCDATA] 2.2.5.1, in the Unicode form, "no rich info" as Outlook writes it for Internet
/// addresses. A NUL inside a text ends that text.
base::Bytes encode_one_off(const OneOffAddress& address);
/// nullopt when the bytes are no one-off entry id. A missing terminator is forgiven. `code_page` is
/// that of the 8-bit form.
std::optional<OneOffAddress> decode_one_off(base::ByteView entry_id,
                                            std::uint32_t code_page = 1252);

/// [MS-OXCDATA] 2.2.5.2: an entry of an Exchange address book, by its X.500 distinguished name
/// (ASCII).
base::Bytes encode_exchange_entry_id(std::string_view distinguished_name);
std::optional<std::string> decode_exchange_entry_id(base::ByteView entry_id);

/// True for an entry id that points to an Outlook contact; it holds no address.
bool is_contact_entry_id(base::ByteView entry_id);

/// [MS-OXCDATA] 2.3.3 FlatEntryList: u32 count, u32 length of the rest, entries (u32 size, bytes)
/// padded to 4 between each other.
base::Bytes encode_flat_entry_list(const std::vector<base::Bytes>& entries);
/// As many entries as the bytes really hold; a wrong length field or a missing pad is forgiven.
std::vector<base::Bytes> decode_flat_entry_list(base::ByteView list);

/// PidTagSenderSearchKey and its like: "TYPE:ADDRESS" in upper case, with a terminating NUL.
base::Bytes search_key(std::string_view type, std::string_view address);
/// Equal but for the terminating NUL, which Outlook leaves out in IMAP stores.
bool same_search_key(base::ByteView a, base::ByteView b);

}  // namespace mbx::convert
