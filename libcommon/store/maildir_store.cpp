#include "store/maildir_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/maildir_stream.hpp"
#include "store/maildir_tree.hpp"
#include "store/maildir_writer.hpp"

namespace mbx::store {
namespace {

constexpr const char* kFolderMark = "maildirfolder";  // tells delivery agents that this is no top

class MaildirStore final : public MailStore {
  public:
    MaildirStore(Directory root, MaildirTree tree, base::Diagnostics& diagnostics)
        : root_(std::move(root)), tree_(std::move(tree)), diagnostics_(diagnostics) {}

    std::vector<StoreFolder> folders() override { return tree_.folders.list(); }

    std::unique_ptr<MessageStream> messages(const mail::FolderPath& folder) override {
        return std::make_unique<MaildirStream>(tree_.folders.open(root_, folder), diagnostics_);
    }

    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override {
        const DiskFolder* const entry = tree_.folders.find(folder);
        if (entry == nullptr) {
            return std::nullopt;
        }
        return entry->folder.selectable ? count_maildir_messages(tree_.folders.open(root_, folder))
                                        : 0;
    }

    void create_folder(const mail::FolderPath& folder, mail::SpecialUse /*use*/) override {
        const DiskFolder* const entry = tree_.folders.find(folder);
        if (entry != nullptr && entry->folder.selectable) {
            return;
        }
        if (possible_name(folder) != folder) {
            throw Error(ErrorCode::CannotCreate, "the Maildir cannot hold a folder of this name")
                .with_place(base::escape(mail::to_string(folder)));
        }
        const std::vector<std::string> steps = tree_.naming.steps_of(folder);
        Directory made = root_;
        for (const std::string& step : steps) {
            made = made.make_folder(step);
        }
        for (const char* part : {"cur", "new", "tmp"}) {
            made.make_folder(part);
        }
        if (!steps.empty() && !tree_.naming.nested) {
            made.open_append(kFolderMark);
        }
        NameFile::write(made, kMaildirNameFile, folder, tree_.naming.on_disk());
        subscribe(root_, tree_.naming, folder);
        tree_.folders.add(folder, steps, true, diagnostics_);
    }

    void expect_writable(const mail::FolderPath& folder) override {
        root_.expect_writable();
        const Directory place = tree_.folders.open(root_, folder);
        for (const char* part : {"cur", "tmp"}) {
            if (const std::optional<Directory> there = place.find_folder(part)) {
                there->expect_writable();
            }
        }
    }

    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        return std::make_unique<MaildirWriter>(tree_.folders.open(root_, folder), diagnostics_);
    }

    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return with_inbox(folder);
    }

  private:
    Directory root_;
    MaildirTree tree_;
    base::Diagnostics& diagnostics_;
};

}  // namespace

std::unique_ptr<MailStore> open_maildir(const std::string& path, OpenMode mode,
                                        base::Diagnostics& diagnostics) {
    const Directory root = mode == OpenMode::Write ? Directory::make(path) : Directory::open(path);
    MaildirTree tree = scan_maildir(root, diagnostics);
    if (tree.folders.empty() && (mode == OpenMode::Read || !root.entries().empty())) {
        throw Error(ErrorCode::BadData, "is not a Maildir: no cur or new folder in it",
                    "name the folder that holds cur, new and tmp")
            .with_place(base::escape(path));
    }
    if (mode == OpenMode::Check) {
        tree.folders.expect_inbox(diagnostics);
    }
    auto store = std::make_unique<MaildirStore>(root, std::move(tree), diagnostics);
    if (mode == OpenMode::Write) {
        store->create_folder(mail::kInboxPath, mail::SpecialUse::Inbox);
    }
    return store;
}

}  // namespace mbx::store
