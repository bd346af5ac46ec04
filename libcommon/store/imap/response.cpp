#include "store/imap/response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "base/spool.hpp"
#include "base/text.hpp"

namespace mbx::store::imap {
namespace {

constexpr std::size_t kSpoolMemory = 1024 * 1024;

[[noreturn]] void fail(std::string_view what, std::string_view line) {
    throw Error(ErrorCode::BadData, fmt::format("the server's answer is not IMAP: {} in \"{}\"",
                                                what, base::escape(line, 80)));
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

Status status_of(std::string_view word) {
    constexpr std::pair<std::string_view, Status> kWords[] = {{"OK", Status::Ok},
                                                              {"NO", Status::No},
                                                              {"BAD", Status::Bad},
                                                              {"BYE", Status::Bye},
                                                              {"PREAUTH", Status::PreAuth}};
    for (const auto& [name, status] : kWords) {
        if (base::equals_ignore_case(word, name)) {
            return status;
        }
    }
    return Status::None;
}

/// A recursive-descent parser over one line at a time; a literal ends a line and goes on with the
/// next.
class Parser {
  public:
    explicit Parser(LineSource& source) : source_(source), line_(source.read_line(kLongestLine)) {}

    Response response() {
        Response result;
        result.tag = std::string(word());
        if (result.tag.empty()) {
            fail("no tag", line_);
        }
        skip_blanks();
        if (result.is_continuation()) {
            result.text = std::string(rest());
            return result;
        }
        std::string_view first = word();
        if (result.is_untagged() && (result.number = parse_number(first))) {
            skip_blanks();
            first = word();
        }
        result.status = status_of(first);
        skip_blanks();
        if (result.status != Status::None) {
            read_status_text(result);
        } else if (result.is_untagged()) {
            result.name = base::ascii_upper(first);
            if (result.name == "SEARCH") {
                result.text = std::string(rest());
            } else {
                read_data(result);
            }
        } else {
            fail("neither OK, NO nor BAD behind the tag", line_);
        }
        return result;
    }

  private:
    std::string_view rest() const { return std::string_view(line_).substr(at_); }
    bool at_end() const { return at_ >= line_.size(); }
    char peek() const { return at_end() ? '\0' : line_[at_]; }

    void skip_blanks() {
        while (peek() == ' ' && !at_end()) {
            ++at_;
        }
    }

    std::string_view word() {
        const std::size_t start = at_;
        at_ = std::min(line_.find(' ', start), line_.size());
        return std::string_view(line_).substr(start, at_ - start);
    }

    void read_status_text(Response& result) {
        if (peek() == '[') {
            ++at_;
            if (peek() != ']') {
                result.code.name = base::ascii_upper(atom("]").text);
            }
            skip_blanks();
            while (!at_end() && peek() != ']') {
                result.code.arguments.push_back(code_argument());
                skip_blanks();
            }
            if (!at_end()) {
                ++at_;
            }
            skip_blanks();
        }
        result.text = std::string(rest());
    }

    // Some servers put free text into codes ([REFERRAL imap://...], [ALERT ...]): atoms there end
    // at "]" or a blank.
    Element code_argument() { return peek() == '(' || peek() == '"' ? element(0) : atom("]"); }

    void read_data(Response& result) {
        skip_blanks();
        while (!at_end()) {
            result.data.push_back(element(0));
            skip_blanks();
        }
    }

    Element element(int depth) {
        switch (peek()) {
            case '(':
                return list(depth);
            case '"':
                return quoted();
            case '{':
                return literal();
            case '~':
                return tilde();
            default:
                return atom("()");
        }
    }

    Element list(int depth) {
        if (depth >= kDeepestList) {
            fail("lists nested too deeply", line_);
        }
        Element result{Element::Kind::List, {}, nullptr, {}};
        ++at_;
        for (;;) {
            skip_blanks();
            if (at_end()) {
                fail("a list that does not end", line_);
            }
            if (peek() == ')') {
                ++at_;
                return result;
            }
            result.items.push_back(element(depth + 1));
        }
    }

    Element quoted() {
        Element result{Element::Kind::String, {}, nullptr, {}};
        ++at_;
        for (;;) {
            const std::size_t end = line_.find_first_of("\"\\", at_);
            if (end == std::string::npos || (line_[end] == '\\' && end + 1 == line_.size())) {
                fail("a quoted string that does not end", line_);
            }
            result.text.append(line_, at_, end - at_);
            at_ = end + 1;
            if (line_[end] == '"') {
                return result;
            }
            result.text += line_[at_++];
        }
    }

    Element tilde() {
        if (at_ + 1 < line_.size() && line_[at_ + 1] == '{') {
            ++at_;
            return literal();  // literal8, RFC 3516
        }
        return atom("()");
    }

    Element literal() {
        const std::size_t end = line_.find('}', at_);
        std::string_view digits =
            std::string_view(line_).substr(at_ + 1, end == std::string::npos ? 0 : end - at_ - 1);
        if (digits.ends_with('+')) {
            digits.remove_suffix(1);
        }
        const auto size = parse_number(digits);
        if (!size || end + 1 != line_.size()) {
            fail("a broken literal", line_);
        }
        Element result{Element::Kind::String, {}, nullptr, {}};
        if (*size <= kLargestTextLiteral) {
            source_.read_bytes(*size,
                               [&](base::ByteView piece) { result.text += base::as_text(piece); });
        } else {
            base::Spool spool(kSpoolMemory);
            source_.read_bytes(*size, [&](base::ByteView piece) { spool.write(piece); });
            result.source = spool.take();
        }
        line_ = source_.read_line(kLongestLine);
        at_ = 0;
        return result;
    }

    // Brackets belong to the atom with all that is in them: BODY[HEADER.FIELDS (DATE)]<0>, [] in
    // flags.
    Element atom(std::string_view stop) {
        const std::size_t start = at_;
        int brackets = 0;
        for (; !at_end(); ++at_) {
            const char c = peek();
            if (brackets == 0 && (c == ' ' || stop.find(c) != std::string_view::npos)) {
                break;
            }
            brackets += c == '[' ? 1 : 0;
            brackets -= c == ']' && brackets > 0 ? 1 : 0;
        }
        if (at_ == start) {
            fail(fmt::format("unexpected \"{}\"", base::escape(rest().substr(0, 1))), line_);
        }
        Element result{Element::Kind::Atom, line_.substr(start, at_ - start), nullptr, {}};
        if (base::equals_ignore_case(result.text, "NIL")) {
            result.kind = Element::Kind::Nil;
        }
        return result;
    }

    LineSource& source_;
    std::string line_;
    std::size_t at_ = 0;
};

}  // namespace

bool Element::is_atom(std::string_view name) const noexcept {
    return kind == Kind::Atom && base::equals_ignore_case(text, name);
}

std::optional<std::uint64_t> Element::number() const noexcept {
    return kind == Kind::Atom ? parse_number(text) : std::nullopt;
}

base::SharedSource Element::bytes() const {
    if (kind == Kind::List || kind == Kind::Nil) {
        return nullptr;
    }
    return source ? source : base::memory_source(text);
}

Response read_response(LineSource& source) {
    return Parser(source).response();
}

}  // namespace mbx::store::imap
