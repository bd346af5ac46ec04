// Who is meant: the Internet address of a person in a message object, whatever the store says about
// her ([MS-OXCMAIL] 2.1.3.1).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "convert/address_block.hpp"
#include "convert/address_directory.hpp"
#include "convert/address_list.hpp"
#include "convert/transport_headers.hpp"
#include "mapi/message.hpp"

namespace mbx::convert {

/// How sure an address is.
enum class AddressOrigin {
    Stored,        ///< the message has it
    Transport,     ///< from the transport headers, by the person's name
    Encapsulated,  ///< IMCEAEX-...: an X.500 name that only Exchange can resolve
    Placeholder,   ///< nothing but a name was there; on .invalid (RFC 2606)
};

constexpr bool is_known(AddressOrigin origin) {
    return origin == AddressOrigin::Stored || origin == AddressOrigin::Transport;
}

struct ResolvedAddress {
    Mailbox mailbox;
    AddressOrigin origin = AddressOrigin::Stored;
};

/// True for the name of a person in an Exchange organisation: /o=.../cn=...
bool is_x500(std::string_view address);

/// An X.500 name of which a message knows the Internet address.
struct X500Name {
    std::string name;  ///< in lower case
    std::string address;
    bool stated = false;  ///< the message states it; else the names of people agree
};

/// What a message knows about X.500 names, for its neighbours that do not; those of messages inside
/// of it left out.
std::vector<X500Name> x500_names(const mapi::Message& message);

/// Resolves the addresses of one message. X.500 names are compared without case with all that the
/// message says elsewhere; then the directory is asked.
class AddressResolver {
  public:
    /// The directory may be null and outlives it.
    AddressResolver(const mapi::Message& message, const TransportHeaders& transport,
                    AddressDirectory* directory = nullptr);

    /// nullopt when the block is empty: no name, no address.
    std::optional<ResolvedAddress> resolve(const mapi::PropertyBag& bag,
                                           const AddressBlock& block) const;
    /// Of an entry id alone, as in PidTagReplyRecipientEntries.
    std::optional<ResolvedAddress> resolve_entry_id(base::ByteView entry_id) const;

  private:
    void learn(const mapi::PropertyBag& bag, const AddressBlock& block);
    std::string address_of(const mapi::PropertyBag& bag, const AddressBlock& block) const;
    std::string known_smtp(std::string_view distinguished_name) const;
    std::string in_transport(const std::string& name) const;
    ResolvedAddress finish(const std::string& name, std::string address, std::string_view type,
                           std::string_view raw_address) const;

    std::map<std::string, std::string> smtp_of_;  // X.500 name in lower case → address
    std::vector<Mailbox> in_transport_;
    AddressDirectory* directory_;
};

/// IMCEAEX-_o=A_ou=B_cn=C@domain, [MS-OXCMAIL] 2.1.3.1.8; and back when it holds an SMTP address.
std::string encapsulate_address(std::string_view type, std::string_view address,
                                std::string_view domain);
std::optional<std::string> deencapsulate_smtp(std::string_view address);

}  // namespace mbx::convert
