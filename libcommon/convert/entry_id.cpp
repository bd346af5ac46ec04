#include "convert/entry_id.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/charset.hpp"
#include "base/ids.hpp"
#include "base/little_endian.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"

namespace mbx::convert {
namespace {

using base::Bytes;
using base::ByteView;
using base::le16;
using base::le32;

constexpr base::Guid kOneOffProvider = base::guid("A41F2B81-A3BE-1910-9D6E-00DD010F5402");
constexpr base::Guid kExchangeProvider = base::guid("C840A7DC-42C0-1A10-B4B9-08002B2FE182");
constexpr base::Guid kContactProvider = base::guid("0AAA42FE-C718-101A-E885-0B651C240000");

constexpr std::uint16_t kUnicodeText = 0x8000;
constexpr std::uint16_t kNoRichInfo = 0x0001;

struct OneOffHead {
    le32 rgbFlags;
    base::Guid ProviderUID;
    le16 Version;
    le16 Flags;
};
static_assert(sizeof(OneOffHead) == 24);

struct ExchangeHead {
    le32 rgbFlags;
    base::Guid ProviderUID;
    le32 Version;
    le32 Type;
};
static_assert(sizeof(ExchangeHead) == 28);

bool has_provider(ByteView entry_id, const base::Guid& provider) {
    constexpr std::size_t kProviderOffset = 4;
    return entry_id.size() >= kProviderOffset + provider.size() &&
           std::equal(provider.begin(), provider.end(), entry_id.begin() + kProviderOffset);
}

std::string_view until_nul(std::string_view text) {
    return text.substr(0, text.find('\0'));
}

void append_unicode(Bytes& to, std::string_view utf8) {
    base::append(to, base::utf16le_from_utf8(until_nul(utf8)));
    base::append_le(to, std::uint16_t{0});
}

// Takes a text and its terminator off the front.
std::string take_text(ByteView& rest, bool unicode, std::uint32_t code_page) {
    const std::size_t unit = unicode ? 2 : 1;
    std::size_t length = 0;
    const auto is_zero = [&](std::size_t at) {
        return rest[at] == std::byte{0} && rest[at + unit - 1] == std::byte{0};
    };
    while (length + unit <= rest.size() && !is_zero(length)) {
        length += unit;
    }
    const ByteView text = rest.first(length);
    rest = rest.subspan(std::min(rest.size(), length + unit));
    return unicode ? base::utf8_from_utf16le(text)
                   : base::decode_code_page(base::as_text(text), code_page);
}

constexpr std::size_t padding_of(std::size_t size) {
    return (4 - size % 4) % 4;
}

}  // namespace

Bytes encode_one_off(const OneOffAddress& address) {
    const OneOffHead head{0, kOneOffProvider, 0, kUnicodeText | kNoRichInfo};
    Bytes result = base::to_bytes(base::record_bytes(head));
    append_unicode(result, address.name);
    append_unicode(result, address.type);
    append_unicode(result, address.address);
    return result;
}

std::optional<OneOffAddress> decode_one_off(ByteView entry_id, std::uint32_t code_page) {
    if (entry_id.size() < sizeof(OneOffHead) || !has_provider(entry_id, kOneOffProvider)) {
        return std::nullopt;
    }
    const auto head = base::read_record<OneOffHead>(entry_id);
    const bool unicode = (head.Flags & kUnicodeText) != 0;
    ByteView rest = entry_id.subspan(sizeof(OneOffHead));
    OneOffAddress result;
    result.name = take_text(rest, unicode, code_page);
    result.type = take_text(rest, unicode, code_page);
    result.address = take_text(rest, unicode, code_page);
    return result;
}

Bytes encode_exchange_entry_id(std::string_view distinguished_name) {
    const ExchangeHead head{0, kExchangeProvider, 1, 0};
    Bytes result = base::to_bytes(base::record_bytes(head));
    base::append(result, base::as_bytes(until_nul(distinguished_name)));
    result.push_back(std::byte{0});
    return result;
}

std::optional<std::string> decode_exchange_entry_id(ByteView entry_id) {
    if (entry_id.size() < sizeof(ExchangeHead) || !has_provider(entry_id, kExchangeProvider)) {
        return std::nullopt;
    }
    return std::string(until_nul(base::as_text(entry_id.subspan(sizeof(ExchangeHead)))));
}

bool is_contact_entry_id(ByteView entry_id) {
    return has_provider(entry_id, kContactProvider);
}

Bytes encode_flat_entry_list(const std::vector<Bytes>& entries) {
    Bytes body;
    for (const Bytes& entry : entries) {
        body.resize(body.size() + padding_of(body.size()));
        base::append_le(body, static_cast<std::uint32_t>(entry.size()));
        base::append(body, entry);
    }
    Bytes result;
    base::append_le(result, static_cast<std::uint32_t>(entries.size()));
    base::append_le(result, static_cast<std::uint32_t>(body.size()));
    base::append(result, body);
    return result;
}

std::vector<Bytes> decode_flat_entry_list(ByteView list) {
    constexpr std::size_t kHeadSize = 8;
    std::vector<Bytes> entries;
    if (list.size() < kHeadSize) {
        return entries;
    }
    const std::uint32_t count = base::read_record<le32>(list);
    ByteView rest = list.subspan(kHeadSize);
    while (entries.size() < count && rest.size() >= sizeof(le32)) {
        const std::uint32_t size = base::read_record<le32>(rest);
        rest = rest.subspan(sizeof(le32));
        if (size > rest.size()) {
            break;
        }
        entries.push_back(base::to_bytes(rest.first(size)));
        rest = rest.subspan(std::min<std::size_t>(rest.size(), size + padding_of(size)));
    }
    return entries;
}

Bytes search_key(std::string_view type, std::string_view address) {
    Bytes key = base::to_bytes(base::ascii_upper(type) + ":" + base::ascii_upper(address));
    key.push_back(std::byte{0});
    return key;
}

bool same_search_key(ByteView a, ByteView b) {
    const auto without_nul = [](ByteView key) {
        return !key.empty() && key.back() == std::byte{0} ? key.first(key.size() - 1) : key;
    };
    const ByteView x = without_nul(a);
    const ByteView y = without_nul(b);
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
}

}  // namespace mbx::convert
