#include "convert/header_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/mime_encode.hpp"

namespace mbx::convert {
namespace {

constexpr std::size_t kWishedLine = 78;
constexpr std::size_t kLongestWord = 75;    // encoded, RFC 2047 2
constexpr std::size_t kLongestToken = 900;  // fits a line of 998 beside any field name of ours
constexpr std::string_view kSpecials = "()<>[]:;@\\,.\"";

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t';
}
constexpr bool is_printable(char c) {
    return c > 0x20 && c < 0x7F;
}

/// Characters that would break a header are blanks; runs of them are one.
std::string one_line(std::string_view text) {
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool control = byte < 0x20 || byte == 0x7F;
        if (!control || c == '\t') {
            result += c;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    return std::string(base::trim(result));
}

/// A field being written: chunks that begin with blanks are where it may be folded.
class Line {
  public:
    explicit Line(std::string_view name) : text_(fmt::format("{}:", name)), column_(text_.size()) {}

    void add(std::string_view blanks, std::string_view token) {
        if (column_ + blanks.size() + token.size() > kWishedLine && !at_start_) {
            text_ += "\r\n";
            column_ = 0;
        }
        text_ += blanks;
        text_ += token;
        column_ += blanks.size() + token.size();
        at_start_ = false;
    }
    void add(std::string_view token) { add(" ", token); }

    /// Characters that an encoded word may have to stand on this line or, folded, on the next one.
    std::size_t room_for_word() const {
        constexpr std::size_t kLeast = 36;
        const std::size_t used = column_ + 1;
        return used + kLeast > kWishedLine && !at_start_
                   ? kLongestWord
                   : std::clamp(kWishedLine - std::min(used, kWishedLine), kLeast, kLongestWord);
    }

    std::string finish() && { return std::move(text_) + "\r\n"; }

  private:
    std::string text_;
    std::size_t column_;
    bool at_start_ = true;
};

/// Adds text cut at its blanks, which stay as they are.
void add_words(Line& line, std::string_view first_blanks, std::string_view text) {
    std::string_view blanks = first_blanks;
    while (!text.empty()) {
        const auto word_end = std::find_if(text.begin(), text.end(), is_blank);
        const std::string_view word(text.begin(), word_end);
        line.add(blanks, word);
        text.remove_prefix(word.size());
        const auto blanks_end = std::find_if_not(text.begin(), text.end(), is_blank);
        blanks = std::string_view(text.begin(), blanks_end);
        text.remove_prefix(blanks.size());
    }
}

bool needs_encoding(std::string_view word) {
    return !base::is_ascii(word) || word.find("=?") != std::string_view::npos ||
           word.size() > kLongestToken;
}

/// What may stand unescaped in an encoded word anywhere, RFC 2047 5 (3).
bool is_safe_in_q(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!*+-/").find(c) != std::string_view::npos;
}

std::size_t q_length(std::string_view text) {
    std::size_t length = 0;
    for (const char c : text) {
        length += is_safe_in_q(c) || c == ' ' ? 1 : 3;
    }
    return length;
}

std::string encoded_word(std::string_view text, bool quoted) {
    if (!quoted) {
        return fmt::format("=?utf-8?B?{}?=", base64(text));
    }
    std::string result = "=?utf-8?Q?";
    for (const char c : text) {
        if (c == ' ') {
            result += '_';
        } else if (is_safe_in_q(c)) {
            result += c;
        } else {
            result += fmt::format("={:02X}", static_cast<unsigned char>(c));
        }
    }
    return result + "?=";
}

/// Encoded words, cut between characters; the first has at most `first_length` characters.
std::vector<std::string> encoded_words(std::string_view text, std::size_t first_length) {
    constexpr std::size_t kFrame = 12;  // =?utf-8?Q? and ?=
    std::size_t payload = first_length - kFrame;
    const bool quoted = q_length(text) <= (text.size() + 2) / 3 * 4;
    std::vector<std::string> words;
    while (!text.empty()) {
        std::string_view rest = text;
        std::size_t taken = 0;
        while (!rest.empty()) {
            std::string_view after = rest;
            base::take_utf8(after);
            const std::size_t next = text.size() - after.size();
            const std::size_t length = quoted ? q_length(text.substr(0, next)) : (next + 2) / 3 * 4;
            if (length > payload) {
                break;
            }
            taken = next;
            rest = after;
        }
        words.push_back(encoded_word(text.substr(0, taken), quoted));
        text.remove_prefix(taken);
        payload = kLongestWord - kFrame;
    }
    return words;
}

/// True for "..." that nothing inside ends.
bool is_quoted_string(std::string_view text) {
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
        return false;
    }
    const std::string_view inner = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i] == '"' || (inner[i] == '\\' && ++i == inner.size())) {
            return false;
        }
    }
    return true;
}

std::string quoted_string(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + "\"";
}

/// A display name or keyword: an atom sequence, a quoted string, or encoded words.
std::vector<std::string> phrase(std::string_view text, std::size_t first_length) {
    const std::string line = one_line(text);
    if (!base::is_ascii(line) || line.find("=?") != std::string::npos ||
        line.size() > kLongestToken) {
        return encoded_words(line, first_length);
    }
    if (line.find_first_of(kSpecials) == std::string::npos &&
        line.find('\t') == std::string::npos && !line.empty()) {
        std::vector<std::string> words;
        for (const std::string_view word : base::split(line, ' ')) {
            words.emplace_back(word);
        }
        if (std::find(words.begin(), words.end(), "") == words.end()) {
            return words;
        }
    }
    return {quoted_string(line)};
}

/// user@domain with the user quoted where it must be.
std::string address_text(std::string_view address) {
    const std::size_t at = address.rfind('@');
    const std::string_view user = address.substr(0, at);
    const bool plain = user.find_first_of("()<>[]:;@\\,\" ") == std::string_view::npos;
    return plain || is_quoted_string(user) ? std::string(address)
                                           : quoted_string(user) + std::string(address.substr(at));
}

bool is_token(std::string_view value) {
    constexpr std::string_view kTspecials = "()<>@,;:\\\"/[]?=";
    return !value.empty() && std::all_of(value.begin(), value.end(), [&](char c) {
        return is_printable(c) && kTspecials.find(c) == std::string_view::npos;
    });
}

/// name*=utf-8''..., or name*0*=..., name*1*=... (RFC 2231 3, 4).
void add_extended(Line& line, const Parameter& parameter) {
    constexpr std::size_t kMostPerPiece = 54;
    std::vector<std::string> pieces(1, "utf-8''");
    for (const char c : parameter.value) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (pieces.back().size() + 3 > kMostPerPiece) {
            pieces.emplace_back();
        }
        pieces.back() +=
            plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::string number = pieces.size() > 1 ? fmt::format("*{}", i) : std::string();
        const bool last = i + 1 == pieces.size();
        line.add(fmt::format("{}{}*={}{}", parameter.name, number, pieces[i], last ? "" : ";"));
    }
}

void add_parameter(Line& line, const Parameter& parameter, bool last, ParameterStyle style) {
    const std::string value = one_line(parameter.value);
    const std::string_view end = last ? "" : ";";
    constexpr std::size_t kLongestPlain = 60;
    const bool plain = base::is_ascii(value) && value.find("=?") == std::string::npos;
    if (plain && (value.size() <= kLongestPlain || style == ParameterStyle::EncodedWord) &&
        value.size() <= kLongestToken) {
        line.add(fmt::format("{}={}{}", parameter.name,
                             is_token(value) ? value : quoted_string(value), end));
    } else if (style == ParameterStyle::EncodedWord) {
        const std::vector<std::string> words =
            encoded_words(value, kLongestWord - parameter.name.size() - 3);
        for (std::size_t i = 0; i < words.size(); ++i) {
            const bool last_word = i + 1 == words.size();
            line.add(fmt::format("{}{}{}", i == 0 ? parameter.name + "=\"" : std::string(),
                                 words[i], last_word ? fmt::format("\"{}", end) : std::string()));
        }
    } else {
        add_extended(line, {parameter.name, value});
        if (!last) {
            line.add("", ";");
        }
    }
}

}  // namespace

std::string text_header(std::string_view name, std::string_view text) {
    const std::string value = one_line(text);
    // From the first word that needs it to the last one all is encoded, the blanks between
    // included.
    std::size_t first = std::string::npos;
    std::size_t last = 0;
    for (std::size_t start = 0; start < value.size();) {
        const std::size_t end = std::min(value.find_first_of(" \t", start), value.size());
        if (needs_encoding(std::string_view(value).substr(start, end - start))) {
            first = std::min(first, start);
            last = end;
        }
        start = end + 1;
    }
    Line line(name);
    const std::string_view all = value;
    if (first == std::string::npos) {
        add_words(line, " ", all);
        return std::move(line).finish();
    }
    std::string_view before = all.substr(0, first);
    const std::size_t plain_end = before.find_last_not_of(" \t") + 1;
    add_words(line, " ", before.substr(0, plain_end));
    std::string_view blanks = first == 0 ? std::string_view(" ") : before.substr(plain_end);
    for (const std::string& word :
         encoded_words(all.substr(first, last - first), line.room_for_word())) {
        line.add(blanks, word);
        blanks = " ";
    }
    const std::string_view after = all.substr(last);
    const std::size_t next_word = std::min(after.find_first_not_of(" \t"), after.size());
    add_words(line, after.substr(0, next_word), after.substr(next_word));
    return std::move(line).finish();
}

std::string token_header(std::string_view name, std::string_view value) {
    std::string clean;
    for (const char c : one_line(value)) {
        if (is_printable(c) || is_blank(c)) {
            clean += c;
        }
    }
    Line line(name);
    std::size_t start = 0;
    while (start < clean.size()) {
        const std::size_t end = std::min(clean.find_first_of(" \t", start), clean.size());
        if (end > start && end - start <= kLongestToken) {
            line.add(std::string_view(clean).substr(start, end - start));
        }
        start = end + 1;
    }
    return std::move(line).finish();
}

std::string phrase_list_header(std::string_view name, const std::vector<std::string>& phrases) {
    Line line(name);
    for (std::size_t i = 0; i < phrases.size(); ++i) {
        std::vector<std::string> words = phrase(phrases[i], line.room_for_word());
        words.back() += i + 1 < phrases.size() ? "," : "";
        for (const std::string& word : words) {
            line.add(word);
        }
    }
    return std::move(line).finish();
}

std::string address_header(std::string_view name, const std::vector<Mailbox>& mailboxes) {
    Line line(name);
    for (std::size_t i = 0; i < mailboxes.size(); ++i) {
        const Mailbox& mailbox = mailboxes[i];
        const std::string_view end = i + 1 < mailboxes.size() ? "," : "";
        if (one_line(mailbox.name).empty()) {
            line.add(fmt::format("{}{}", address_text(mailbox.address), end));
            continue;
        }
        for (const std::string& word : phrase(mailbox.name, line.room_for_word())) {
            line.add(word);
        }
        line.add(fmt::format("<{}>{}", address_text(mailbox.address), end));
    }
    return std::move(line).finish();
}

std::string parameter_header(std::string_view name, std::string_view value,
                             const std::vector<Parameter>& parameters, ParameterStyle style) {
    Line line(name);
    line.add(fmt::format("{}{}", value, parameters.empty() ? "" : ";"));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        add_parameter(line, parameters[i], i + 1 == parameters.size(), style);
    }
    return std::move(line).finish();
}

std::string rfc5322_date(base::UnixTime time) {
    namespace ch = std::chrono;
    constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                    "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const ch::sys_seconds point{ch::seconds{time.seconds}};
    const auto day = ch::floor<ch::days>(point);
    const ch::year_month_day date{day};
    const ch::hh_mm_ss clock{point - day};
    return fmt::format("{}, {} {} {:04} {:02}:{:02}:{:02} +0000",
                       kDays[ch::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                       kMonths[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count());
}

bool is_mail_address(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == address.size() ||
        address.size() > kLongestToken || !base::is_valid_utf8(address)) {
        return false;
    }
    const auto is_foreign = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
    const std::string_view user = address.substr(0, at);
    const std::string_view domain = address.substr(at + 1);
    return std::all_of(user.begin(), user.end(),
                       [&](char c) { return is_printable(c) || c == ' ' || is_foreign(c); }) &&
           std::all_of(domain.begin(), domain.end(), [&](char c) {
               return is_foreign(c) ||
                      (is_printable(c) &&
                       std::string_view("()<>,;@\\\"").find(c) == std::string_view::npos);
           });
}

}  // namespace mbx::convert
