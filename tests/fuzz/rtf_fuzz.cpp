// Compressed RTF, HTML in RTF, RTF to HTML. The first byte says which.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "convert/rtf_compressed.hpp"
#include "convert/rtf_deencapsulate.hpp"
#include "convert/rtf_to_html.hpp"

namespace {

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void convert_both_ways(std::string_view rtf) {
    using namespace mbx;
    if (const auto content = convert::deencapsulate_rtf(rtf)) {
        check(base::is_valid_utf8(content->text));
    }
    const auto html = convert::rtf_to_html(rtf, {1252, {"<img>"}});
    check(base::is_valid_utf8(html.html) && base::is_valid_utf8(html.text));
    check(html.html.size() < 64 * rtf.size() + 128 * 1024);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mbx;
    if (size == 0) {
        return 0;
    }
    const base::ByteView input = std::as_bytes(std::span(data, size)).subspan(1);
    if (data[0] == 'c') {
        constexpr std::uint64_t kLimit = 1 << 20;
        if (const auto rtf = convert::decompress_rtf(input, kLimit)) {
            check(rtf->rtf.size() <= kLimit);
            convert_both_ways(rtf->rtf);
        }
    } else {
        convert_both_ways(base::as_text(input));
    }
    return 0;
}
