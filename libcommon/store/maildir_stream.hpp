// Reads the messages of one Maildir folder.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/directory.hpp"
#include "store/mail_store.hpp"
#include "store/maildir_keywords.hpp"

namespace mbx::store {

/// A Maildir folder and its two halves; a missing half holds nothing. Messages that mail programs
/// rename while we read (new to cur, other flags) are found again by their unique names.
class MaildirFolder {
  public:
    explicit MaildirFolder(Directory folder);

    struct Entry {
        std::string name;
        bool is_new = false;
        bool has_twin = false;  ///< cur has the unique name, too; so this may just have gone there
    };
    /// In natural_less order of the names.
    std::vector<Entry> list() const;

    struct Opened {
        base::File file;
        std::string name;
    };
    /// nullopt when the message is gone. Throws as Directory::find_file().
    std::optional<Opened> open(const Entry& entry) const;

    const Directory& directory() const noexcept { return folder_; }

  private:
    Directory folder_;
    std::optional<Directory> cur_;
    std::optional<Directory> new_;
};

class MaildirStream final : public MessageStream {
  public:
    MaildirStream(Directory folder, base::Diagnostics& diagnostics);
    std::optional<mail::Message> next() override;
    std::optional<std::uint64_t> remaining() const override { return entries_.size() - next_; }
    Salvaged salvaged() override { return std::move(salvaged_); }

  private:
    std::optional<mail::Message> read(const MaildirFolder::Entry& entry);
    std::string place_of(const MaildirFolder::Entry& entry) const;
    std::vector<std::string> keywords_of(std::string_view letters);

    std::shared_ptr<const MaildirFolder> folder_;
    base::Diagnostics& diagnostics_;
    MaildirKeywords keywords_;
    std::vector<MaildirFolder::Entry> entries_;
    std::size_t next_ = 0;
    std::set<char> nameless_letters_;
    Salvaged salvaged_;
};

std::uint64_t count_maildir_messages(Directory folder);

}  // namespace mbx::store
