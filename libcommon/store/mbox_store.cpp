#include "store/mbox_store.hpp"

#include <filesystem>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mbox_append_record.hpp"
#include "store/mbox_look.hpp"
#include "store/mbox_stream.hpp"
#include "store/mbox_tree.hpp"
#include "store/mbox_writer.hpp"

namespace mbx::store {
namespace {

class MboxStore final : public MailStore {
  public:
    struct Options {
        MboxQuoting quoting;
        bool single_file;
    };

    MboxStore(Directory root, FolderTable folders, Options options, base::Diagnostics& diagnostics,
              const base::StopFlag& stop)
        : root_(std::move(root)),
          folders_(std::move(folders)),
          options_(options),
          diagnostics_(diagnostics),
          stop_(stop) {}

    std::vector<StoreFolder> folders() override { return folders_.list(); }

    std::unique_ptr<MessageStream> messages(const mail::FolderPath& folder) override {
        return open_stream(folder);
    }

    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override {
        const DiskFolder* const entry = folders_.find(folder);
        if (entry == nullptr) {
            return std::nullopt;
        }
        const bool is_there = entry->folder.selectable && !entry->steps.empty();
        return is_there ? open_stream(folder)->count_rest() : 0;
    }

    void create_folder(const mail::FolderPath& folder, mail::SpecialUse /*use*/) override {
        const DiskFolder* const entry = folders_.find(folder);
        if (entry != nullptr && entry->folder.selectable) {
            return;
        }
        if (options_.single_file) {
            throw no_other_folder(folder);
        }
        if (possible_name(folder) != folder) {
            throw Error(ErrorCode::CannotCreate, "no mbox can have this name")
                .with_place(base::escape(mail::to_string(folder)));
        }
        if (folder.size() > 1) {  // Thunderbird shows no folder below one without an mbox
            create_folder({folder.begin(), folder.end() - 1}, mail::SpecialUse::None);
        }
        const std::vector<std::string> steps = mbox_steps_of(folder);
        Directory place = root_;
        for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
            place = place.make_folder(steps[i]);
        }
        NameFile::write(place, mbox_name_file(steps.back()), folder, mbox_naming());
        place.open_append(steps.back());
        folders_.add(folder, steps, true, diagnostics_);
    }

    /// Refuses at once what create_folder() would refuse when half of the mail has been written.
    void prepare(const std::vector<FolderToMake>& folders) override {
        for (const FolderToMake& folder : folders) {
            if (options_.single_file && folders_.find(folder.path) == nullptr) {
                throw no_other_folder(folder.path);
            }
        }
    }

    /// A single file may lie in a folder that takes no other, as /var/mail does.
    void expect_writable(const mail::FolderPath& folder) override {
        if (!options_.single_file) {
            root_.expect_writable();
        }
        if (const DiskFolder* const entry = folders_.find(folder); !entry->steps.empty()) {
            folders_.open(root_, folder, 1).expect_writable(entry->steps.back());
        }
    }

    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        const auto [place, name] = existing(folder);
        return std::make_unique<MboxWriter>(place, name, diagnostics_, stop_);
    }

    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return with_inbox(folder);
    }

    /// Before anybody reads what lies there: a message cut short would count.
    void repair() const {
        for (const StoreFolder& folder : folders_.list()) {
            if (folder.selectable) {
                const auto [place, name] = existing(folder.path);
                repair_mbox(place, name, diagnostics_, stop_);
            }
        }
    }

  private:
    static Error no_other_folder(const mail::FolderPath& folder) {
        Error error(ErrorCode::CannotCreate, "a single mbox file holds no folder but INBOX",
                    "name a folder as destination: it then gets an mbox for each folder");
        error.with_place(base::escape(mail::to_string(folder)));
        return error;
    }

    std::unique_ptr<MboxStream> open_stream(const mail::FolderPath& folder) {
        const auto [place, name] = existing(folder);
        std::optional<base::File> file = place.find_file(name);
        if (!file) {
            throw Error(ErrorCode::NoInput, "the mbox is gone")
                .with_place(base::escape(place.path_of(name)));
        }
        return std::make_unique<MboxStream>(*std::move(file), options_.quoting, diagnostics_);
    }

    std::pair<Directory, std::string> existing(const mail::FolderPath& path) const {
        const DiskFolder* const entry = folders_.find(path);
        if (entry == nullptr || entry->steps.empty()) {
            throw Error(ErrorCode::NoInput, "the mailbox has no such folder")
                .with_place(base::escape(mail::to_string(path)));
        }
        return {folders_.open(root_, path, 1), entry->steps.back()};
    }

    Directory root_;
    FolderTable folders_;
    Options options_;
    base::Diagnostics& diagnostics_;
    const base::StopFlag& stop_;
};

/// Folder and name of a single file.
std::pair<std::string, std::string> parted(const std::string& path) {
    const std::filesystem::path file(path);
    const std::string folder = file.parent_path().string();
    return {folder.empty() ? "." : folder, file.filename().string()};
}

bool is_single_file(const std::string& path, OpenMode mode) {
    std::error_code ignored;
    const std::filesystem::file_status status = std::filesystem::status(path, ignored);
    if (std::filesystem::exists(status)) {
        return !std::filesystem::is_directory(status);
    }
    const std::string ending = std::filesystem::path(path).extension().string();
    return mode == OpenMode::Write && base::equals_ignore_case(ending, ".mbox");
}

/// The file itself may be a link, as /var/mail is on some systems; it is the root here.
std::string resolved(const std::string& path) {
    std::error_code failure;
    const std::filesystem::path real = std::filesystem::canonical(path, failure);
    return failure ? path : real.string();
}

std::unique_ptr<MboxStore> open_tree(const std::string& path, MboxQuoting quoting, OpenMode mode,
                                     base::Diagnostics& diagnostics, const base::StopFlag& stop) {
    const Directory root = mode == OpenMode::Write ? Directory::make(path) : Directory::open(path);
    FolderTable folders = scan_mbox_tree(root, diagnostics);
    if (folders.empty() && mode == OpenMode::Read) {
        throw Error(ErrorCode::BadData, "no mbox in this folder").with_place(base::escape(path));
    }
    if (mode == OpenMode::Check) {
        folders.expect_inbox(diagnostics);
    }
    auto store = std::make_unique<MboxStore>(root, std::move(folders),
                                             MboxStore::Options{quoting, false}, diagnostics, stop);
    if (mode == OpenMode::Write) {
        store->repair();
        store->create_folder(mail::kInboxPath, mail::SpecialUse::Inbox);
    }
    return store;
}

std::unique_ptr<MboxStore> open_file(const std::string& path, MboxQuoting quoting, OpenMode mode,
                                     base::Diagnostics& diagnostics, const base::StopFlag& stop) {
    const auto [folder, name] = parted(resolved(path));
    const Directory place =
        mode == OpenMode::Write ? Directory::make(folder) : Directory::open(folder);
    if (mode == OpenMode::Write) {
        place.open_append(name);
        repair_mbox(place, name, diagnostics, stop);
    }
    const std::optional<base::File> file = place.find_file(name);
    if (!file) {
        throw Error(ErrorCode::NoInput, "there is no such mbox").with_place(base::escape(path));
    }
    const MboxLook look = look_at_mbox(*file);
    if (look != MboxLook::Mbox && (look != MboxLook::Damaged || mode == OpenMode::Write)) {
        throw Error(ErrorCode::BadData, "is not an mbox: it does not begin with a line 'From '")
            .with_place(base::escape(path));
    }
    FolderTable folders;
    folders.add(mail::kInboxPath, {name}, true, diagnostics);
    return std::make_unique<MboxStore>(place, std::move(folders), MboxStore::Options{quoting, true},
                                       diagnostics, stop);
}

}  // namespace

std::unique_ptr<MailStore> open_mbox(const std::string& path, MboxQuoting quoting, OpenMode mode,
                                     base::Diagnostics& diagnostics, const base::StopFlag& stop) {
    if (mode == OpenMode::Write &&
        (quoting == MboxQuoting::Mboxo || quoting == MboxQuoting::Mboxcl2)) {
        throw Error(ErrorCode::Usage, "mailboxes are written as mboxrd only, which loses nothing",
                    "name the destination mbox:PATH");
    }
    const auto open = is_single_file(path, mode) ? open_file : open_tree;
    return open(path, quoting, mode, diagnostics, stop);
}

}  // namespace mbx::store
