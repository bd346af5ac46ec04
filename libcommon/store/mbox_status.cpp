#include "store/mbox_status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace mbx::store {
namespace {

constexpr std::string_view kAdded = "X-Mbx-Added: ";
constexpr std::string_view kNoFinalNewline = ", no-final-newline";
constexpr unsigned kMostAddedLines = 4;

// X-Mozilla-Status, as nsMsgMessageFlags numbers them.
constexpr unsigned kMozillaRead = 0x0001;
constexpr unsigned kMozillaReplied = 0x0002;
constexpr unsigned kMozillaMarked = 0x0004;
constexpr unsigned kMozillaExpunged = 0x0008;
constexpr unsigned kMozillaForwarded = 0x1000;

void add_keyword(std::vector<std::string>& keywords, std::string_view keyword) {
    const bool known = std::any_of(keywords.begin(), keywords.end(), [&](const std::string& other) {
        return base::equals_ignore_case(other, keyword);
    });
    if (!known && !keyword.empty()) {
        keywords.emplace_back(keyword);
    }
}

void add_keywords(std::vector<std::string>& keywords, std::string_view value) {
    for (const std::string_view keyword : base::split(value, ' ')) {
        add_keyword(keywords, base::trim(keyword));
    }
}

void take_status(mail::Flags& flags, std::string_view letters) {
    flags.seen = flags.seen || letters.find('R') != std::string_view::npos;
    flags.answered = flags.answered || letters.find('A') != std::string_view::npos;
    flags.flagged = flags.flagged || letters.find('F') != std::string_view::npos;
    flags.deleted = flags.deleted || letters.find('D') != std::string_view::npos;
    flags.draft = flags.draft || letters.find('T') != std::string_view::npos;
}

void take_mozilla_status(MboxStatus& status, std::string_view digits) {
    unsigned bits = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
    status.flags.seen = status.flags.seen || (bits & kMozillaRead) != 0;
    status.flags.answered = status.flags.answered || (bits & kMozillaReplied) != 0;
    status.flags.flagged = status.flags.flagged || (bits & kMozillaMarked) != 0;
    status.expunged = (bits & kMozillaExpunged) != 0;
    if ((bits & kMozillaForwarded) != 0) {
        add_keyword(status.keywords, mail::kForwarded);
    }
}

bool same_keywords(std::vector<std::string> a, std::vector<std::string> b) {
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    return a == b;
}

/// One of status_lines().
bool is_status_line(std::string_view line) {
    const std::string_view name = line.substr(0, line.find(':'));
    return base::equals_ignore_case(name, "Status") || base::equals_ignore_case(name, "X-Status") ||
           base::equals_ignore_case(name, "X-Keywords");
}

std::string status_lines(const mail::Flags& flags, const std::vector<std::string>& keywords) {
    std::string lines = flags.seen ? "Status: RO\n" : "";
    std::string letters;
    const auto add = [&](bool set, char letter) {
        if (set) {
            letters += letter;
        }
    };
    add(flags.answered, 'A');
    add(flags.flagged, 'F');
    add(flags.draft, 'T');
    add(flags.deleted, 'D');
    if (!letters.empty()) {
        lines += fmt::format("X-Status: {}\n", letters);
    }
    if (!keywords.empty()) {
        lines += fmt::format("X-Keywords: {}\n", fmt::join(keywords, " "));
    }
    return lines;
}

}  // namespace

std::string_view head_of(std::string_view message) noexcept {
    message = message.substr(0, kLargestHead);
    if (message.substr(0, 1) == "\n" || message.substr(0, 2) == "\r\n") {
        return {};
    }
    return message.substr(0, std::min(message.find("\n\n"), message.find("\n\r\n")));
}

MboxStatus status_of_head(std::string_view head) {
    MboxStatus status;
    bool internal_subject = false;
    bool internal_header = false;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find('\n'), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(end + 1, head.size()));
        const std::size_t colon = line.find(':');
        if (line.empty() || colon == std::string_view::npos || (line[0] | 0x20) < 's') {
            continue;
        }
        const std::string_view name = base::trim(line.substr(0, colon));
        const std::string_view value = base::trim(line.substr(colon + 1));
        if (base::equals_ignore_case(name, "Status") ||
            base::equals_ignore_case(name, "X-Status")) {
            take_status(status.flags, value);
        } else if (base::equals_ignore_case(name, "X-Keywords") ||
                   base::equals_ignore_case(name, "X-Mozilla-Keys")) {
            add_keywords(status.keywords, value);
        } else if (base::equals_ignore_case(name, "X-Mozilla-Status")) {
            take_mozilla_status(status, value);
        } else if (base::equals_ignore_case(name, "X-IMAP") ||
                   base::equals_ignore_case(name, "X-IMAPbase")) {
            internal_header = true;
        } else if (base::equals_ignore_case(name, "Subject")) {
            internal_subject = value.find("FOLDER INTERNAL DATA") != std::string_view::npos;
        }
    }
    status.internal_data = internal_subject && internal_header;
    return status;
}

std::optional<MboxAddition> parse_addition(std::string_view head) {
    if (head.substr(0, kAdded.size()) != kAdded) {
        return std::nullopt;
    }
    const std::string_view first = head.substr(kAdded.size(), head.find('\n') - kAdded.size());
    unsigned lines = 0;
    const auto [end, failure] = std::from_chars(first.data(), first.data() + first.size(), lines);
    const std::string_view rest = first.substr(static_cast<std::size_t>(end - first.data()));
    if (failure != std::errc() || lines == 0 || lines > kMostAddedLines ||
        (!rest.empty() && rest != kNoFinalNewline)) {
        return std::nullopt;
    }
    MboxAddition addition;
    addition.newline_at_end = !rest.empty();
    bool rewritten = false;
    for (unsigned line = 0; line < lines && !rewritten; ++line) {
        const std::size_t newline = head.find('\n', addition.size);
        if (newline == std::string_view::npos) {
            return std::nullopt;
        }
        // Other programs take status lines away, or put them elsewhere.
        rewritten =
            line > 0 && !is_status_line(head.substr(addition.size, newline - addition.size));
        addition.size = rewritten ? addition.size : newline + 1;
    }
    addition.status = status_of_head(rewritten ? head : head.substr(0, addition.size));
    return addition;
}

std::string make_addition(std::string_view head, const mail::Flags& flags,
                          const std::vector<std::string>& keywords, bool newline_at_end) {
    const MboxStatus own = status_of_head(head);
    const bool says_it_itself = own.flags == flags && same_keywords(own.keywords, keywords) &&
                                !own.expunged && !own.internal_data && !newline_at_end &&
                                head.substr(0, kAdded.size()) != kAdded;
    if (says_it_itself) {
        return {};
    }
    const std::string lines = status_lines(flags, keywords);
    return fmt::format("{}{}{}\n{}", kAdded, 1 + std::count(lines.begin(), lines.end(), '\n'),
                       newline_at_end ? kNoFinalNewline : "", lines);
}

}  // namespace mbx::store
