#include "support/mail_lint.hpp"

#include <fmt/format.h>
#include <gmime/gmime.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "base/utf.hpp"
#include "convert/header_block.hpp"
#include "convert/mime_parameters.hpp"

namespace mbx::test {
namespace {

using convert::HeaderBlock;

constexpr std::size_t kLongestLine = 998;
constexpr std::string_view kSingular[] = {"date",
                                          "from",
                                          "sender",
                                          "reply-to",
                                          "to",
                                          "cc",
                                          "bcc",
                                          "message-id",
                                          "in-reply-to",
                                          "references",
                                          "subject",
                                          "mime-version",
                                          "content-type",
                                          "content-transfer-encoding",
                                          "content-disposition",
                                          "content-id"};

class Linter {
  public:
    explicit Linter(MailLint& result) : result_(result) {}

    void message(std::string_view text, const std::string& place) {
        const auto [header, body] = split(text, place);
        for (const std::string_view name : {"MIME-Version", "Content-Type"}) {
            if (!header.contains(name)) {
                fault(place, fmt::format("no {}", name));
            }
        }
        content(header, body, place);
    }

    void lines(std::string_view text) {
        std::size_t line_start = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) {
                fault("", fmt::format("bare LF at {}", i));
            }
            if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) {
                fault("", fmt::format("bare CR at {}", i));
            }
            if (text[i] == '\0') {
                fault("", fmt::format("NUL at {}", i));
            }
            if (text[i] == '\n') {
                if (i - line_start > kLongestLine + 1) {
                    fault("",
                          fmt::format("a line of {} characters at {}", i - line_start, line_start));
                }
                line_start = i + 1;
            }
        }
        if (!text.ends_with("\r\n")) {
            fault("", "does not end in CRLF");
        }
    }

  private:
    struct Entity {
        HeaderBlock header;
        std::string_view body;
    };

    void fault(const std::string& place, const std::string& text) {
        if (result_.faults.size() < 50) {
            result_.faults.push_back(place.empty() ? text : place + ": " + text);
        }
    }

    Entity split(std::string_view text, const std::string& place) {
        const std::size_t end = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n");
        if (end == std::string_view::npos) {
            fault(place, "no blank line after the header");
            return {HeaderBlock(std::string(text)), {}};
        }
        const std::string_view header = text.substr(0, end == 0 ? 0 : end + 2);
        check_header(header, place);
        return {HeaderBlock(std::string(header)), text.substr(end == 0 ? 2 : end + 4)};
    }

    /// RFC 6532: only an address has no other way.
    static bool is_ascii_but_for_addresses(std::string_view line) {
        if (!base::is_valid_utf8(line)) {
            return false;
        }
        for (std::size_t start = 0; start < line.size();) {
            const std::size_t end = std::min(line.find(' ', start), line.size());
            const std::string_view word = line.substr(start, end - start);
            if (!base::is_ascii(word) && word.find('@') == std::string_view::npos) {
                return false;
            }
            start = end + 1;
        }
        return true;
    }

    void check_header(std::string_view header, const std::string& place) {
        std::map<std::string, int> count;
        bool first = true;
        while (!header.empty()) {
            const std::size_t end = header.find("\r\n");
            const std::string_view line = header.substr(0, end);
            header.remove_prefix(end + 2);
            if (!base::is_ascii(line) && !is_ascii_but_for_addresses(line)) {
                fault(place, "8-bit in header: " + base::escape(line));
            }
            const bool control = std::any_of(line.begin(), line.end(), [](char c) {
                return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
            });
            if (control) {
                fault(place, "control character in header: " + base::escape(line));
            }
            if (line.starts_with(' ') || line.starts_with('\t')) {
                if (first || base::trim(line).empty()) {
                    fault(place, "bad folding: " + base::escape(line));
                }
                continue;
            }
            first = false;
            const std::size_t colon = line.find(':');
            if (colon == std::string_view::npos || colon == 0 ||
                line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) {
                fault(place, "no field: " + base::escape(line));
                continue;
            }
            const std::string name = base::ascii_lower(line.substr(0, colon));
            const bool singular =
                std::find(std::begin(kSingular), std::end(kSingular), name) != std::end(kSingular);
            if (++count[name] > 1 && singular) {
                fault(place, name + " occurs twice");
            }
            if (singular && base::trim(line.substr(colon + 1)).empty() &&
                !header.starts_with(' ') && !header.starts_with('\t')) {
                fault(place, name + " is empty");
            }
        }
    }

    void content(const HeaderBlock& header, std::string_view body, const std::string& place) {
        const auto type =
            convert::parse_mime_value(header.first("Content-Type").value_or("text/plain"));
        const std::string encoding =
            base::ascii_lower(header.first("Content-Transfer-Encoding").value_or("7bit"));
        result_.tree += type.main;
        if (!base::is_ascii(body) && encoding != "8bit" && encoding != "binary") {
            fault(place, fmt::format("{} has 8-bit bytes but is {}", type.main, encoding));
        }
        const bool structured =
            type.main.starts_with("multipart/") || type.main.starts_with("message/");
        if (structured && encoding != "7bit" && encoding != "8bit" && encoding != "binary") {
            fault(place, fmt::format("{} is {}", type.main, encoding));
        }
        if (type.main.starts_with("multipart/")) {
            const std::string* boundary = type.raw("boundary");
            if (boundary == nullptr || boundary->empty()) {
                fault(place, "no boundary");
                return;
            }
            parts(body, *boundary, place + "/" + type.main);
        } else if (type.main == "message/rfc822" || type.main == "message/global") {
            result_.tree += "(";
            message(body, place + "/message");
            result_.tree += ")";
        }
    }

    void parts(std::string_view body, const std::string& boundary, const std::string& place) {
        const std::string whole = "\r\n" + std::string(body);
        const std::string_view text = whole;
        const std::string delimiter = "\r\n--" + boundary;
        result_.tree += "(";
        std::size_t at = text.find(delimiter);
        bool closed = false;
        bool first = true;
        while (at != std::string_view::npos && !closed) {
            const std::size_t start = text.find("\r\n", at + delimiter.size());
            const std::size_t next =
                start == std::string_view::npos ? start : text.find(delimiter, start);
            if (next == std::string_view::npos) {
                break;
            }
            result_.tree += first ? "" : ",";
            first = false;
            const std::size_t begin = std::min(start + 2, next);
            const Entity entity = split(text.substr(begin, next - begin), place);
            content(entity.header, entity.body, place);
            at = next;
            closed = text.substr(next + delimiter.size()).starts_with("--");
        }
        result_.tree += ")";
        if (!closed) {
            fault(place, "the boundary is not closed");
        }
    }

    MailLint& result_;
};

// NOLINTNEXTLINE(misc-no-recursion): the trees are our own
void describe(GMimeObject* object, std::string& to) {
    GMimeContentType* type = g_mime_object_get_content_type(object);
    gchar* name = g_mime_content_type_get_mime_type(type);
    to += base::ascii_lower(name);
    g_free(name);
    if (GMIME_IS_MULTIPART(object)) {
        to += "(";
        auto* multipart = GMIME_MULTIPART(object);
        for (int i = 0; i < g_mime_multipart_get_count(multipart); ++i) {
            to += i > 0 ? "," : "";
            describe(g_mime_multipart_get_part(multipart, i), to);
        }
        to += ")";
    } else if (GMIME_IS_MESSAGE_PART(object)) {
        to += "(";
        GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
        if (inner != nullptr) {
            describe(g_mime_message_get_mime_part(inner), to);
        }
        to += ")";
    }
}

struct Unref {
    void operator()(void* object) const { g_object_unref(object); }
};

std::string tree_of_gmime(std::string_view mail) {
    static const bool kReady = (g_mime_init(), true);
    static_cast<void>(kReady);
    const std::unique_ptr<GMimeStream, Unref> stream(
        g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
    const std::unique_ptr<GMimeParser, Unref> parser(g_mime_parser_new_with_stream(stream.get()));
    const std::unique_ptr<GMimeMessage, Unref> message(
        g_mime_parser_construct_message(parser.get(), nullptr));
    std::string tree;
    if (message) {
        describe(g_mime_message_get_mime_part(message.get()), tree);
    }
    return tree;
}

}  // namespace

MailLint lint_mail(std::string_view mail) {
    MailLint result;
    Linter linter(result);
    linter.lines(mail);
    linter.message(mail, {});
    result.gmime_tree = tree_of_gmime(mail);
    if (result.gmime_tree != result.tree) {
        result.faults.push_back(
            fmt::format("GMime sees {}, not {}", result.gmime_tree, result.tree));
    }
    return result;
}

}  // namespace mbx::test
