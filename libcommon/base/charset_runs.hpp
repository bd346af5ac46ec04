// Charsets that mix several character sets, cut into runs that iconv decodes as Microsoft's code
// pages do: 50220 (iso-2022-jp) and 51932 (euc-jp) have the characters of page 932 in rows 13 and
// 89 to 92 of JIS X 0208, which iconv's own ISO-2022-JP and EUC-JP have not; HZ no iconv has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mbx::base {

struct CharsetRun {
    const char* iconv_name;
    std::string bytes;
};

/// RFC 1468 and 1554, with half-width katakana. What is broken becomes U+FFFD, a run in UTF-8.
std::vector<CharsetRun> runs_of_iso_2022_jp(std::string_view bytes);
/// RFC 1557.
std::vector<CharsetRun> runs_of_iso_2022_kr(std::string_view bytes);
std::vector<CharsetRun> runs_of_euc_jp(std::string_view bytes);
/// RFC 1843; a tilde that begins no sequence is one.
std::vector<CharsetRun> runs_of_hz(std::string_view bytes);

}  // namespace mbx::base
