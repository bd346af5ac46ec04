#include "convert/exact/quoted_printable_match.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/percent.hpp"
#include "convert/exact/recipe_encoder.hpp"

namespace mbx::convert::exact {
namespace {

constexpr std::size_t kFreeFlips = 20;
constexpr std::size_t kBytesPerFlip = 16;

/// The text taken apart: what was escaped, and where lines were broken.
struct Parsed {
    std::string data;
    std::vector<bool> escaped;   // of each byte of data
    std::vector<bool> line_end;  // byte belongs to a hard line end
    std::vector<std::uint64_t>
        soft_lengths;  // columns of each soft line, "=" not counted; 0 ends a hard line
    bool has_soft_breaks = false;
    bool crlf = false, lf = false, upper = false, lower = false;
};

class Parser {
  public:
    explicit Parser(std::string_view encoded) : encoded_(encoded) {}

    std::optional<Parsed> run() {
        while (at_ < encoded_.size()) {
            const char c = encoded_[at_];
            if (c == '\n' || encoded_.substr(at_, 2) == "\r\n") {
                hard_break();
            } else if (c == '=') {
                if (!escape_or_soft_break()) {
                    return std::nullopt;
                }
            } else {
                put(c, false);
                ++column_;
                ++at_;
            }
        }
        p_.soft_lengths.push_back(0);
        if ((p_.crlf && p_.lf) || (p_.upper && p_.lower)) {
            return std::nullopt;
        }
        return std::move(p_);
    }

  private:
    void put(char c, bool escaped, bool line_end = false) {
        p_.data += c;
        p_.escaped.push_back(escaped);
        p_.line_end.push_back(line_end);
    }

    void hard_break() {
        if (encoded_[at_] == '\r') {
            p_.crlf = true;
            put('\r', false, true);
            ++at_;
        } else {
            p_.lf = true;
        }
        put('\n', false, true);
        ++at_;
        column_ = 0;
        p_.soft_lengths.push_back(0);
    }

    bool escape_or_soft_break() {
        const std::string_view next = encoded_.substr(at_ + 1, 2);
        if (next.starts_with('\n') || next == "\r\n") {
            if (column_ == 0) {
                return false;
            }
            (next.front() == '\r' ? p_.crlf : p_.lf) = true;
            p_.soft_lengths.push_back(column_);
            p_.has_soft_breaks = true;
            column_ = 0;
            at_ += next.front() == '\r' ? 3 : 2;
            return true;
        }
        const int high = next.size() == 2 ? base::hex_value(next[0]) : -1;
        const int low = next.size() == 2 ? base::hex_value(next[1]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        for (const char digit : next) {
            p_.upper |= digit >= 'A' && digit <= 'F';
            p_.lower |= digit >= 'a' && digit <= 'f';
        }
        put(static_cast<char>(high * 16 + low), true);
        column_ += 3;
        at_ += 3;
        return true;
    }

    std::string_view encoded_;
    std::size_t at_ = 0;
    std::uint64_t column_ = 0;
    Parsed p_;
};

bool is_blank_at_line_end(const Parsed& p, std::size_t i) {
    const bool blank = p.data[i] == ' ' || p.data[i] == '\t';
    return blank && (i + 1 == p.data.size() || p.line_end[i + 1]);
}

/// Which bytes are written unlike the default, and the single exceptions from that.
void find_forms(const Parsed& p, QuotedPrintable& op) {
    std::array<std::uint64_t, 256> plain{};
    std::array<std::uint64_t, 256> escaped{};
    std::uint64_t blanks_plain = 0;
    std::uint64_t blanks_escaped = 0;
    for (std::size_t i = 0; i < p.data.size(); ++i) {
        if (p.line_end[i]) {
            continue;
        }
        if (is_blank_at_line_end(p, i)) {
            ++(p.escaped[i] ? blanks_escaped : blanks_plain);
        } else {
            ++(p.escaped[i] ? escaped : plain).at(static_cast<unsigned char>(p.data[i]));
        }
    }
    op.escape_blank_at_line_end = blanks_escaped >= blanks_plain;
    std::array<bool, 256> form{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool usual = is_plain_in_quoted_printable(static_cast<unsigned char>(byte));
        const bool seen = plain.at(byte) + escaped.at(byte) > 0;
        form.at(byte) =
            seen && plain.at(byte) != escaped.at(byte) ? plain.at(byte) > escaped.at(byte) : usual;
        if (form.at(byte) != usual) {
            op.toggled.push_back(static_cast<std::uint8_t>(byte));
        }
    }
    const std::string_view newline = op.crlf ? "\r\n" : "\n";
    for (std::size_t i = 0; i < p.data.size(); ++i) {
        if (p.line_end[i]) {
            continue;
        }
        const auto byte = static_cast<unsigned char>(p.data[i]);
        const bool by_rule =
            form.at(byte) && !(is_blank_at_line_end(p, i) && op.escape_blank_at_line_end);
        const bool looks_like_line_end =
            std::string_view(p.data).substr(i, newline.size()) == newline;
        if (by_rule == p.escaped[i] || looks_like_line_end) {
            op.flips.push_back(i);
        }
    }
}

std::string encoded_by(const QuotedPrintable& op, std::string_view data) {
    std::string result;
    encode_quoted_printable(op, data,
                            [&](base::ByteView piece) { result += base::as_text(piece); });
    return result;
}

/// The rule that breaks the lines: none, a greedy one that fits, or the list of the breaks
/// themselves.
void find_breaks(const Parsed& p, std::string_view encoded, QuotedPrintable& op) {
    if (!p.has_soft_breaks) {
        op.breaks = QuotedPrintable::Breaks::None;
        return;
    }
    const std::uint64_t longest =
        *std::max_element(p.soft_lengths.begin(), p.soft_lengths.end()) + 1;
    op.breaks = QuotedPrintable::Breaks::Greedy;
    constexpr std::uint64_t kShortest = 10;
    constexpr std::uint64_t kLongest = 1000;
    if (longest >= kShortest && longest <= kLongest) {
        const std::pair<std::uint64_t, std::uint64_t> rules[] = {{longest, longest},
                                                                 {longest, longest - 1},
                                                                 {longest + 1, longest},
                                                                 {longest + 1, longest + 1}};
        for (const auto& [line_length, unbroken] : rules) {
            op.line_length = line_length;
            op.longest_unbroken = unbroken;
            if (encoded_by(op, p.data) == encoded) {
                return;
            }
        }
    }
    op.breaks = QuotedPrintable::Breaks::List;
    op.line_lengths = p.soft_lengths;
}

}  // namespace

std::optional<QuotedPrintableMatch> match_quoted_printable(std::string_view encoded) {
    std::optional<Parsed> parsed = Parser(encoded).run();
    if (!parsed) {
        return std::nullopt;
    }
    QuotedPrintableMatch match;
    match.operation.crlf = parsed->crlf;
    match.operation.lower_case = parsed->lower;
    find_forms(*parsed, match.operation);
    if (match.operation.flips.size() > kFreeFlips + encoded.size() / kBytesPerFlip) {
        return std::nullopt;
    }
    find_breaks(*parsed, encoded, match.operation);
    match.data = std::move(parsed->data);
    return match;
}

}  // namespace mbx::convert::exact
