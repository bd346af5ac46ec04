#include "convert/address_list.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "convert/encoded_word.hpp"

namespace mbx::convert {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// RFC 5322 4.4 has blanks around "@" and "."; a quoted user keeps its own.
std::string without_obsolete_blanks(std::string_view address) {
    std::string result;
    bool quoted = false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        quoted ^= address[i] == '"';
        if (!is_blank(address[i]) || quoted) {
            result += address[i];
            continue;
        }
        const std::size_t next = std::min(address.find_first_not_of(" \t", i), address.size());
        const auto joins = [](char c) { return c == '@' || c == '.'; };
        if (result.empty() || next == address.size() ||
            (!joins(result.back()) && !joins(address[next]))) {
            result += address.substr(i, next - i);
        }
        i = next - 1;
    }
    return result;
}

// What stands between two separators, in its raw parts.
struct Item {
    std::string phrase;   // with its quotes
    std::string address;  // from angle brackets
    std::string comment;  // the last one
    bool has_angle = false;
};

class Parser {
  public:
    Parser(std::string_view text, std::string_view fallback_charset)
        : text_(text), fallback_charset_(fallback_charset), last_parenthesis_(text.rfind(')')) {}

    std::vector<Mailbox> run() {
        while (at_ < text_.size()) {
            step();
        }
        finish_item();
        keep_pending();
        return std::move(result_);
    }

  private:
    void step() {
        const char c = text_[at_];
        switch (c) {
            case ',':
            case ';':
                ++at_;
                finish_item();
                if (c == ';') {
                    keep_pending();
                }
                break;
            case ':':
                take_colon();
                break;
            case '"':
                item_.phrase += take_quoted();
                break;
            case '(':
                if (last_parenthesis_ == std::string_view::npos || at_ > last_parenthesis_) {
                    item_.phrase += text_[at_++];
                } else {
                    // RFC 5322 4.4 has comments inside of addresses.
                    const bool inside = item_.phrase.ends_with('.') || item_.phrase.ends_with('@');
                    item_.comment = take_comment();
                    item_.phrase += inside ? "" : " ";
                }
                break;
            case '<':
                take_angle();
                break;
            case '[':
                take_literal();
                break;
            default:
                item_.phrase += c;
                ++at_;
        }
    }

    // The name of a group ends here; or "mailto:" does.
    void take_colon() {
        ++at_;
        if (item_.phrase.find('@') == std::string::npos) {
            has_group_ = true;
            keep_pending();
            item_ = {};
        } else {
            item_.phrase += ':';
        }
    }

    // With its quotes. A quote that is never closed is a character; after some of those all are, so
    // that the time stays linear.
    std::string take_quoted() {
        constexpr int kMaxOpenQuotes = 20;
        if (open_quotes_ > kMaxOpenQuotes) {
            return std::string(1, text_[at_++]);
        }
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != '"') {
            end += text_[end] == '\\' ? 2 : 1;
        }
        if (end >= text_.size()) {
            ++open_quotes_;
            return std::string(1, text_[at_++]);
        }
        std::string quoted(text_.substr(at_, end + 1 - at_));
        at_ = end + 1;
        return quoted;
    }

    std::string take_comment() {
        std::string comment;
        std::size_t depth = 0;
        for (; at_ < text_.size(); ++at_) {
            char c = text_[at_];
            if (c == '(' && depth++ == 0) {
                continue;
            }
            if (c == ')' && --depth == 0) {
                ++at_;
                break;
            }
            if (c == '\\' && at_ + 1 < text_.size()) {
                c = text_[++at_];
            }
            comment += c;
        }
        return comment;
    }

    void take_literal() {
        const std::size_t end = std::min(text_.find_first_of("],<", at_), text_.size());
        const std::size_t next = end < text_.size() && text_[end] == ']' ? end + 1 : end;
        item_.phrase += text_.substr(at_, next - at_);
        at_ = next;
    }

    void take_angle() {
        ++at_;
        if (item_.has_angle) {
            finish_item();
        }
        std::string address;
        while (at_ < text_.size() && text_[at_] != '>' && text_[at_] != '<') {
            if (text_[at_] == '"') {
                address += take_quoted();
            } else if (text_[at_] == '(') {
                take_comment();
            } else {
                address += text_[at_++];
            }
        }
        if (at_ < text_.size() && text_[at_] == '>') {
            ++at_;
        }
        // An obsolete route, RFC 5322 4.4.
        if (!address.empty() && address.front() == '@' && address.find(':') != std::string::npos) {
            address.erase(0, address.find(':') + 1);
        }
        item_.address = std::string(base::trim(address));
        item_.has_angle = true;
    }

    std::string readable(std::string_view phrase) const {
        std::string plain;
        bool quoted = false;
        for (std::size_t i = 0; i < phrase.size(); ++i) {
            const char c = phrase[i];
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted && i + 1 < phrase.size()) {
                plain += phrase[++i];
            } else if (!(is_blank(c) && !quoted && !plain.empty() && is_blank(plain.back()))) {
                plain += is_blank(c) ? ' ' : c;
            }
        }
        return std::string(base::trim(decode_header_text(base::trim(plain), fallback_charset_)));
    }

    // Without angle brackets: the word with the "@" is the address, the rest the name.
    static void split_bare(Item& item) {
        std::string& phrase = item.phrase;
        const std::size_t at = phrase.rfind('@');
        if (at == std::string::npos) {
            return;
        }
        std::size_t begin = at;
        bool quoted = false;
        while (begin > 0 && (quoted || !is_blank(phrase[begin - 1]))) {
            --begin;
            quoted ^= phrase[begin] == '"';
        }
        const std::size_t end = std::min(phrase.find_first_of(" \t", at), phrase.size());
        item.address = phrase.substr(begin, end - begin);
        phrase.erase(begin, end - begin);
    }

    // "root (Cron Daemon)", as programs write that mail to the host they run on.
    static bool is_local_user(const Item& item, const Mailbox& mailbox) {
        return mailbox.address.empty() && !item.comment.empty() &&
               item.phrase.find('"') == std::string::npos &&
               mailbox.name.find(' ') == std::string::npos;
    }

    void finish_item() {
        Item item = std::exchange(item_, {});
        if (!item.has_angle) {
            split_bare(item);
        }
        Mailbox mailbox{readable(item.phrase), clean_address(item.address)};
        if (is_local_user(item, mailbox)) {
            mailbox.address = std::exchange(mailbox.name, {});
        }
        // "unlisted-recipients:; (no To-header on input)" has nobody.
        if (mailbox.name.empty() && !(has_group_ && mailbox.address.empty())) {
            mailbox.name = readable(item.comment);
        }
        if (mailbox.address.empty()) {
            if (!mailbox.name.empty()) {
                add_pending(std::move(mailbox), item);
            }
            return;
        }
        // "Doe, John <j@x>": the comma should have been quoted.
        if (!pending_.empty() && pending_may_join_ && item.has_angle && !mailbox.name.empty()) {
            mailbox.name = std::exchange(pending_, {}) + ", " + mailbox.name;
        }
        keep_pending();
        result_.push_back(std::move(mailbox));
    }

    std::string clean_address(std::string_view raw) const {
        std::string_view address = base::trim(raw);
        if (address.size() > 1 && address.front() == '\'' && address.back() == '\'') {
            address = base::trim(address.substr(1, address.size() - 2));
        }
        if (base::starts_with_ignore_case(address, "mailto:")) {
            address.remove_prefix(7);
        }
        return decode_header_text(without_obsolete_blanks(address), fallback_charset_);
    }

    void add_pending(Mailbox mailbox, const Item& item) {
        keep_pending();
        pending_ = std::move(mailbox.name);
        pending_may_join_ = !item.has_angle && item.phrase.find('"') == std::string::npos;
    }

    // A name without an address stays a mailbox of its own.
    void keep_pending() {
        if (!pending_.empty()) {
            result_.push_back({std::exchange(pending_, {}), {}});
        }
    }

    std::string_view text_;
    std::string_view fallback_charset_;
    std::size_t last_parenthesis_;
    std::size_t at_ = 0;
    int open_quotes_ = 0;
    Item item_;
    std::string pending_;
    bool pending_may_join_ = false;
    bool has_group_ = false;
    std::vector<Mailbox> result_;
};

}  // namespace

std::vector<Mailbox> parse_address_list(std::string_view unfolded,
                                        std::string_view fallback_charset) {
    return Parser(unfolded, fallback_charset).run();
}

}  // namespace mbx::convert
