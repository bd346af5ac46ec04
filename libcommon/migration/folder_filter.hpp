// Which folders of a mailbox take part in a move.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mail/folder_name.hpp"

namespace mbx::migration {

/// Patterns as given with --folder and --exclude. A pattern stands for the folders it matches and
/// for all below them, and has one of two forms:
///
///   INBOX/Work/2*   a path as mail::to_string writes it; * and ? match within one name, ** across
///                   names, [a-z] one character. Case counts, but for INBOX.
///   \Junk           a special use (RFC 6154), as the store tells it or as the name suggests
///
/// No `only` pattern: every folder. `except` wins over `only`.
class FolderFilter {
  public:
    FolderFilter() = default;
    /// Throws Error(Usage) for an empty pattern and for an unknown special use.
    FolderFilter(std::vector<std::string> only, std::vector<std::string> except);

    bool takes(const mail::FolderPath& path, mail::SpecialUse use) const;
    bool takes_all() const noexcept { return patterns_.empty(); }

    /// Patterns that have covered no folder so far, here or in a copy of this filter: mistyped,
    /// most likely. An excluded special use is not among them: it is a rule for mailboxes that have
    /// such a folder.
    std::vector<std::string> idle_patterns() const;

    /// Throws Error(NoInput) when a filter has left none of the folders of a mailbox: to move
    /// nothing would look like success.
    void expect_some(std::size_t folders) const;

  private:
    struct Pattern {
        std::string text;
        bool excludes;
        std::shared_ptr<bool> has_covered = std::make_shared<bool>(false);
    };

    void add(std::vector<std::string> patterns, bool excludes);

    std::vector<Pattern> patterns_;
};

/// The glob of FolderFilter on a whole path; "a/b" is one text here.
bool glob_matches(std::string_view pattern, std::string_view path);

}  // namespace mbx::migration
