// Which folders of a mailbox take part in a move.
#pragma once

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
    bool takes_all() const noexcept { return only_.empty() && except_.empty(); }

  private:
    std::vector<std::string> only_;
    std::vector<std::string> except_;
};

/// The glob of FolderFilter on a whole path; "a/b" is one text here.
bool glob_matches(std::string_view pattern, std::string_view path);

}  // namespace mbx::migration
