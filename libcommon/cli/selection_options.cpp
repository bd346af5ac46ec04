#include "cli/selection_options.hpp"

#include "base/text.hpp"

namespace mbx::cli {

void SelectionOptions::declare(OptionSet& options) {
    options.group("Selection options")
        .values("folder", &only_, "PATTERN",
                "only folders that match, with all below them: INBOX/Work, 'Lists/*', '\\Sent'")
        .values("exclude", &except_, "PATTERN", "leave out folders that match, with all below them")
        .value("since", &since_, "DATE", "only messages that arrived on DATE (2020-01-31) or later")
        .value("before", &before_, "DATE", "only messages that arrived earlier than DATE")
        .size("max-size", &max_size_, "leave out larger messages");
}

void SelectionOptions::check() {
    folders_ = migration::FolderFilter(only_, except_);
    if (since_) {
        messages_.since = migration::parse_date(*since_);
    }
    if (before_) {
        messages_.before = migration::parse_date(*before_);
    }
    messages_.largest_size = max_size_;
}

void SelectionOptions::warn_about_folders(base::Diagnostics& diagnostics) const {
    for (const std::string& pattern : folders_.idle_patterns()) {
        diagnostics.report({base::Severity::Warning, "no-such-folder", "",
                            "no folder matches '" + base::escape(pattern) + "'"});
    }
}

}  // namespace mbx::cli
