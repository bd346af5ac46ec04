// The options that say which folders and messages take part.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "cli/options.hpp"
#include "migration/folder_filter.hpp"
#include "migration/message_filter.hpp"

namespace mbx::cli {

class SelectionOptions {
  public:
    /// Group "Selection options".
    void declare(OptionSet& options);
    /// Throws Error(Usage).
    void check();

    /// Post: check().
    const migration::FolderFilter& folders() const noexcept { return folders_; }
    const migration::MessageFilter& messages() const noexcept { return messages_; }

    /// Of patterns that match nothing. Post: check(); folders() was asked about every folder.
    void warn_about_folders(base::Diagnostics& diagnostics) const;

  private:
    std::vector<std::string> only_;
    std::vector<std::string> except_;
    std::optional<std::string> since_;
    std::optional<std::string> before_;
    std::optional<std::uint64_t> max_size_;
    migration::FolderFilter folders_;
    migration::MessageFilter messages_;
};

}  // namespace mbx::cli
