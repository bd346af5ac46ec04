#include "store/eml_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf.hpp"
#include "store/batch_delivery.hpp"
#include "store/directory.hpp"
#include "store/disk_names.hpp"
#include "store/eml_flags.hpp"
#include "store/folder_table.hpp"
#include "store/folder_walk.hpp"
#include "store/message_file.hpp"
#include "store/packed_message.hpp"
#include "store/side_file.hpp"
#include "store/stray_file.hpp"

namespace mbx::store {
namespace {

constexpr std::string_view kEnding = ".eml";
constexpr const char* kNameFile = ".mbx-folder-name";  // see NameFile

/// Links and odd files too, since opening them tells what is wrong.
bool is_message(const DirectoryEntry& entry) noexcept {
    return entry.kind != EntryKind::Folder && !is_hidden(entry.name) &&
           has_ending(entry.name, kEnding);
}

std::vector<std::string> list_messages(const Directory& folder) {
    std::vector<std::string> names;
    for (DirectoryEntry& entry : folder.entries()) {
        if (is_message(entry)) {
            names.push_back(std::move(entry.name));
        }
    }
    return names;
}

class EmlStream final : public MessageStream {
  public:
    EmlStream(Directory folder, base::Diagnostics& diagnostics)
        : folder_(std::move(folder)),
          diagnostics_(diagnostics),
          names_(list_messages(folder_)),
          flags_(load_eml_flags(folder_, diagnostics)) {}

    std::optional<mail::Message> next() override {
        while (next_ < names_.size()) {
            const std::string name = std::move(names_[next_++]);
            salvaged_ = {name, nullptr};
            try {
                if (const std::optional<base::File> file = folder_.find_file(name)) {
                    return read(name, *file);
                }
            } catch (const Error& error) {
                throw as_message_error(error).with_place(base::escape(folder_.path_of(name)));
            }
        }
        return std::nullopt;
    }

    std::optional<std::uint64_t> remaining() const override { return names_.size() - next_; }
    Salvaged salvaged() override { return std::move(salvaged_); }

  private:
    mail::Message read(const std::string& name, const base::File& file) {
        mail::Message message;
        message.id = name;
        salvaged_.bytes = message_file_source(file, [folder = folder_, name] {
            if (std::optional<base::File> again = folder.find_file(name)) {
                return *std::move(again);
            }
            throw Error(ErrorCode::Io, "the file is gone")
                .with_place(base::escape(folder.path_of(name)));
        });
        message.source = unpacked(salvaged_.bytes);
        if (message.source->size() == 0) {
            report_empty_message(diagnostics_, base::escape(folder_.path_of(name)));
        }
        message.internal_date = plausible_change_time(file);
        if (const auto it = flags_.find(name); it != flags_.end()) {
            message.flags = it->second.flags;
            message.keywords = it->second.keywords;
            message.internal_date = it->second.internal_date;
        }
        return message;
    }

    Directory folder_;
    base::Diagnostics& diagnostics_;
    std::vector<std::string> names_;
    std::size_t next_ = 0;
    std::map<std::string, EmlFlags, std::less<>> flags_;
    Salvaged salvaged_;
};

/// The largest number that a file is named by.
std::uint64_t largest_number(const Directory& folder) {
    std::uint64_t largest = 0;
    for (const std::string& name : list_messages(folder)) {
        std::uint64_t number = 0;
        const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (failure == std::errc() && *end == '.') {
            largest = std::max(largest, number);
        }
    }
    return largest;
}

std::string aside_name_of(std::string_view name) {
    return fmt::format(".{}.mbx-part", name);
}

/// A killed writer may have left files aside under the names that come next.
void remove_leftovers(const Directory& folder) {
    for (const DirectoryEntry& entry : folder.entries()) {
        const std::string_view name = entry.name;
        const std::size_t end = name.rfind(kEnding);
        if (end != std::string_view::npos && end > 0 &&
            name == aside_name_of(name.substr(1, end + kEnding.size() - 1))) {
            folder.remove(entry.name);
        }
    }
}

/// Opened at its end, without the last line when that was cut short.
base::File open_flags_file(const Directory& folder) {
    base::File file = folder.open_append(kEmlFlagsFile);
    std::uint64_t end = file.size();
    for (std::byte last{}; end > 0; --end) {
        file.read_at(end - 1, base::MutableByteView(&last, 1));
        if (last == std::byte{'\n'}) {
            break;
        }
    }
    file.truncate(end);
    return file;
}

class EmlWriter final : public FolderWriter {
  public:
    explicit EmlWriter(const Directory& folder)
        : flags_file_(open_flags_file(folder)),
          number_(largest_number(folder)),
          delivery_(folder, folder) {
        remove_leftovers(folder);
    }

    void append(const mail::Message& message, std::uint64_t ticket) override {
        std::string name = fmt::format("{:06}{}", ++number_, kEnding);
        delivery_.add(message, ticket, aside_name_of(name),
                      [&](const BatchDelivery::Sizes& /*sizes*/) { return name; });
        lines_ += eml_flags_line(name, message);
        if (delivery_.is_full()) {
            flush();
        }
    }

    std::vector<AppendResult> take_results() override { return delivery_.take_results(); }

    void flush() override {
        if (!lines_.empty()) {
            flags_file_.write(base::as_bytes(lines_));
            flags_file_.sync();
            lines_.clear();
        }
        delivery_.commit();
    }

  private:
    base::File flags_file_;
    std::uint64_t number_;
    std::string lines_;
    BatchDelivery delivery_;
};

DiskNaming eml_naming() {
    const NameEscape escape('%', [](const std::string& name, OwnEscapes own) {
        const std::string result = escape_name(name, "", own);
        return result.front() == '.' ? escape_at(result, 0) : result;
    });
    const auto path_length = [](const mail::FolderPath& names) {
        return fmt::format("{}", fmt::join(names, "/")).size();
    };
    const auto name_length = [](const std::string& name) { return name.size(); };
    return {escape, escape, PathLimits{kLongestPath, kLongestFileName, path_length, name_length}};
}

FolderTable scan_eml_tree(const Directory& root, base::Diagnostics& diagnostics) {
    FolderTable table;
    const DiskNaming naming = eml_naming();
    const auto add = [&](const FolderWalk::Steps& steps) {
        mail::FolderPath names;
        for (const std::string& step : steps) {
            names.push_back(base::is_valid_utf8(step) ? step : name_from_disk(step, true));
        }
        table.add(NameFile::path_of(root, steps, kNameFile, with_inbox(std::move(names)), naming),
                  steps, true, diagnostics);
    };
    bool root_has_messages = false;
    const auto visit = [&](const Directory& folder, const FolderWalk::Steps& steps,
                           const std::vector<DirectoryEntry>& entries) {
        FolderWalk::Steps below;
        for (const DirectoryEntry& entry : entries) {
            if (entry.kind == EntryKind::Folder) {
                if (!is_hidden(entry.name)) {
                    below.push_back(entry.name);
                }
            } else if (is_message(entry)) {
                root_has_messages = root_has_messages || steps.empty();
            } else {
                report_stray(folder, entry, StrayPlace::Mailbox, diagnostics);
            }
        }
        if (!steps.empty()) {
            add(steps);
        }
        return below;
    };
    FolderWalk(root, diagnostics).run(visit, [&](const FolderWalk::Steps& steps) {
        add(steps);
        return true;
    });
    if (root_has_messages) {
        table.add(mail::kInboxPath, {}, true, diagnostics);
    }
    return table;
}

class EmlStore final : public MailStore {
  public:
    EmlStore(Directory root, FolderTable folders, base::Diagnostics& diagnostics)
        : root_(std::move(root)), folders_(std::move(folders)), diagnostics_(diagnostics) {}

    std::vector<StoreFolder> folders() override { return folders_.list(); }

    std::unique_ptr<MessageStream> messages(const mail::FolderPath& folder) override {
        return std::make_unique<EmlStream>(folders_.open(root_, folder), diagnostics_);
    }

    std::optional<std::uint64_t> message_count(const mail::FolderPath& folder) override {
        const DiskFolder* const entry = folders_.find(folder);
        if (entry == nullptr) {
            return std::nullopt;
        }
        return entry->folder.selectable ? list_messages(folders_.open(root_, folder)).size() : 0;
    }

    void create_folder(const mail::FolderPath& folder, mail::SpecialUse /*use*/) override {
        if (folders_.find(folder) != nullptr) {
            return;
        }
        if (possible_name(folder) != folder) {
            throw Error(ErrorCode::CannotCreate, "no folder on disk can have this name")
                .with_place(base::escape(mail::to_string(folder)));
        }
        for (std::size_t depth = 1; depth <= folder.size(); ++depth) {
            create_one({folder.begin(), folder.begin() + static_cast<std::ptrdiff_t>(depth)});
        }
    }

    void expect_writable(const mail::FolderPath& folder) override {
        root_.expect_writable();
        folders_.open(root_, folder).expect_writable();
    }

    std::unique_ptr<FolderWriter> writer(const mail::FolderPath& folder) override {
        return std::make_unique<EmlWriter>(folders_.open(root_, folder));
    }

    mail::FolderPath possible_name(const mail::FolderPath& folder) const override {
        return with_inbox(folder);
    }

  private:
    void create_one(const mail::FolderPath& folder) {
        if (folders_.find(folder) != nullptr) {
            return;
        }
        const mail::FolderPath steps = eml_naming().encode(folder);
        Directory made = root_;
        for (const std::string& name : steps) {
            made = made.make_folder(name);
        }
        NameFile::write(made, kNameFile, folder, eml_naming());
        folders_.add(folder, steps, true, diagnostics_);
    }

    Directory root_;
    FolderTable folders_;
    base::Diagnostics& diagnostics_;
};

}  // namespace

std::unique_ptr<MailStore> open_eml(const std::string& path, OpenMode mode,
                                    base::Diagnostics& diagnostics) {
    const Directory root = mode == OpenMode::Write ? Directory::make(path) : Directory::open(path);
    FolderTable folders = scan_eml_tree(root, diagnostics);
    if (mode == OpenMode::Check) {
        folders.expect_inbox(diagnostics);
    }
    auto store = std::make_unique<EmlStore>(root, std::move(folders), diagnostics);
    if (mode == OpenMode::Write) {
        store->create_folder(mail::kInboxPath, mail::SpecialUse::Inbox);
    }
    return store;
}

}  // namespace mbx::store
