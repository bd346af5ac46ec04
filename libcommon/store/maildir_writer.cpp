#include "store/maildir_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "store/disk_names.hpp"
#include "store/maildir_name.hpp"

namespace mbx::store {

MaildirWriter::MaildirWriter(Directory folder, base::Diagnostics& diagnostics)
    : folder_(std::move(folder)),
      diagnostics_(diagnostics),
      keywords_(MaildirKeywords::load(folder_, diagnostics)),
      delivery_(folder_.make_folder("tmp"), folder_.make_folder("cur")) {}

void MaildirWriter::append(const mail::Message& message, std::uint64_t ticket) {
    const std::string unique = next_unique_name();
    const std::string letters = letters_of(message);
    delivery_.add(message, ticket, unique, [&](const BatchDelivery::Sizes& sizes) {
        return fmt::format("{},S={},W={}:2,{}", unique, sizes.bytes, sizes.bytes_with_crlf,
                           letters);
    });
    if (delivery_.is_full()) {
        flush();
    }
}

void MaildirWriter::flush() {
    // A letter needs its name before the first message that carries it is seen.
    keywords_.save(folder_);
    delivery_.commit();
}

std::string MaildirWriter::letters_of(const mail::Message& message) {
    bool forwarded = false;
    std::set<char> letters;
    for (const std::string& keyword : message.keywords) {
        const bool is_forwarded_mark = base::equals_ignore_case(keyword, mail::kForwarded);
        forwarded = forwarded || is_forwarded_mark;
        const std::string atom = keyword_atom(keyword);
        if (const std::optional<char> letter =
                atom.empty() ? std::nullopt : keywords_.letter_for(atom)) {
            letters.insert(*letter);
        } else if (!is_forwarded_mark) {
            report_lost(keyword, "a Maildir folder has room for 26 keywords; this one is left out");
        }
    }
    std::string result = letters_of_flags(message.flags, forwarded);
    result.append(letters.begin(), letters.end());
    return result;
}

void MaildirWriter::report_lost(const std::string& keyword, const char* why) {
    if (lost_keywords_.insert(keyword).second) {
        diagnostics_.report({base::Severity::Warning, "keyword-lost", base::escape(folder_.path()),
                             fmt::format("keyword '{}': {}", base::escape(keyword, 60), why)});
    }
}

}  // namespace mbx::store
