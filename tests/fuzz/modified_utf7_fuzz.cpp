// Folder names in modified UTF-7, both ways; names of any bytes made fit for a disk.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.hpp"
#include "base/modified_utf7.hpp"
#include "base/percent.hpp"
#include "base/utf.hpp"
#include "store/disk_names.hpp"

namespace {

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    using namespace mbx::store;
    const std::string_view text = base::as_text(std::as_bytes(std::span(data, size)));
    const std::string encoded = base::encode_modified_utf7(text);
    const auto decoded = base::decode_modified_utf7(encoded);
    check(base::is_ascii(encoded) && decoded.has_value());
    check(!base::is_valid_utf8(text) || *decoded == text);
    if (const auto direct = base::decode_modified_utf7(text)) {
        check(base::is_valid_utf8(*direct) && base::encode_modified_utf7(*direct) == text);
    }
    check(base::is_valid_utf8(name_from_disk(text, false)));
    const std::string escaped = escape_name(text, ".&");
    check(base::is_valid_utf8(escaped) && escaped.find_first_of("./&") == std::string::npos);
    check(base::percent_decoded(escaped) == text);
    check(escape_name(escaped, ".&", OwnEscapes::Keep) == escaped);
    const NameEscape escape(
        '%', [](const std::string& name, OwnEscapes own) { return escape_name(name, ".&", own); });
    const std::string name(text);
    if (base::is_valid_utf8(text) && text.find('\0') == std::string::npos && text.size() < 1000) {
        check(escape.decode(escape.encode(name)) == name);
        check(escaped.empty() || escape.encode(escape.decode(escaped)) == escaped);
    }
    return 0;
}
