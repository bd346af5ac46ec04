#include "pst/libpff_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "mapi/tags.hpp"
#include "pst/folder_reader.hpp"
#include "pst/libpff_handles.hpp"
#include "pst/libpff_message.hpp"
#include "pst/libpff_properties.hpp"
#include "pst/special_folders.hpp"

namespace mbx::pst {
namespace {

using libpff::call;
using libpff::Item;
using libpff::PropertyContext;
using ndb::Nid;
using ndb::NidType;

/// Folders are followed to this depth; Outlook itself has limits of about 300 levels.
constexpr int kDeepestFolder = 1000;

/// What libpff calls the tables below a folder.
struct ContentsKind {
    int (*count)(libpff_item_t*, int*, libpff_error_t**);
    int (*table)(libpff_item_t*, libpff_item_t**, libpff_error_t**);
    int (*item)(libpff_item_t*, int, libpff_item_t**, libpff_error_t**);
    bool associated;
};
constexpr ContentsKind kMessages{libpff_folder_get_number_of_sub_messages,
                                 libpff_folder_get_sub_messages, libpff_folder_get_sub_message,
                                 false};
constexpr ContentsKind kAssociated{libpff_folder_get_number_of_sub_associated_contents,
                                   libpff_folder_get_sub_associated_contents,
                                   libpff_folder_get_sub_associated_content, true};

mapi::Message read_one(const Item& item, bool associated, PropertyContext context) {
    base::ErrorWatch errors(*context.diagnostics);
    context.diagnostics = &errors;
    context.place = fmt::format("message {}", ndb::to_string(item.nid()));
    mapi::Message message = libpff::read_message(item, context);
    message.associated = associated;
    message.damage = errors.take();
    return message;
}

class Cursor final : public MessageCursor {
  public:
    Cursor(Item folder, const ContentsKind& kind, PropertyContext context)
        : folder_(std::move(folder)), kind_(kind), context_(std::move(context)) {
        int count = 0;
        call("cannot read the contents table", kind_.count, folder_.get(), &count);
        if (count > 0) {
            read_rows(count);
        }
    }
    /// Of a search folder: its messages live elsewhere.
    Cursor() : kind_(kMessages) {}

    std::optional<Nid> next() override {
        if (at_ == rows_.size()) {
            return std::nullopt;
        }
        return rows_[at_++].first;
    }

    mapi::Message message() override {
        const auto [nid, row] = rows_.at(at_ - 1);
        try {
            const Item item("cannot open the message", folder_.share(),
                            [&, row = row](libpff_item_t** out, libpff_error_t** error) {
                                return kind_.item(folder_.get(), row, out, error);
                            });
            return read_one(item, kind_.associated, context_);
        } catch (Error& error) {
            error.with_place(fmt::format("message {}", ndb::to_string(nid)));
            throw;
        }
    }

  private:
    void read_rows(int count) {
        const Item table("cannot read the contents table", folder_.share(),
                         [&](libpff_item_t** out, libpff_error_t** error) {
                             return kind_.table(folder_.get(), out, error);
                         });
        rows_.reserve(static_cast<std::size_t>(count));
        for (int row = 0; table && row < count; ++row) {
            if (const auto nid = libpff::RecordSet(table, row).integer(mapi::PidTagLtpRowId.id)) {
                rows_.emplace_back(Nid{*nid}, row);
            }
        }
        std::ranges::sort(rows_);
    }

    Item folder_;
    ContentsKind kind_;
    PropertyContext context_;
    std::vector<std::pair<Nid, int>> rows_;
    std::size_t at_ = 0;
};

class LibpffReader final : public PstReader {
  public:
    LibpffReader(const std::string& path, const ProbedFile& probed, const PstReaderOptions& options,
                 base::Diagnostics& diagnostics)
        : file_(std::make_shared<libpff::File>(path)),
          diagnostics_(diagnostics),
          context_{options.code_page, {}, &diagnostics} {
        info_.format = probed.format;
        info_.kind = probed.kind;
        info_.crypt = probed.crypt;
        info_.size = probed.size;
        info_.is_verified = false;
        info_.reader = fmt::format("libpff {}", libpff_get_version());
        const mapi::PropertyBag store =
            properties_or_nothing(ndb::kNidMessageStore, "message store");
        info_.display_name = store.text(mapi::PidTagDisplayName).value_or("");
        info_.has_password = store.integer(mapi::PidTagPstPassword) != 0;
    }

    PstInfo info() const override { return info_; }

    std::vector<PstFolder> folders() override {
        if (!folders_) {
            folders_ = read_folders();
        }
        return *folders_;
    }

    std::unique_ptr<MessageCursor> messages(Nid folder) override {
        return cursor(folder, kMessages);
    }
    std::unique_ptr<MessageCursor> associated_messages(Nid folder) override {
        return cursor(folder, kAssociated);
    }

    mapi::Message message(Nid nid) override {
        const Item found = is_message(nid) ? item(nid) : Item{};
        if (!found) {
            throw Error(ErrorCode::NoInput,
                        fmt::format("there is no message {}", ndb::to_string(nid)));
        }
        try {
            return read_one(found, nid.type() == NidType::AssociatedMessage, context_);
        } catch (Error& error) {
            error.with_place(fmt::format("message {}", ndb::to_string(nid)));
            throw;
        }
    }

    mapi::PropertyBag store_properties() override {
        return properties_or_nothing(ndb::kNidMessageStore, "message store");
    }

  private:
    static bool is_message(Nid nid) {
        return nid.type() == NidType::NormalMessage || nid.type() == NidType::AssociatedMessage;
    }
    static bool is_folder(Nid nid) {
        return nid.type() == NidType::NormalFolder || nid.type() == NidType::SearchFolder;
    }

    Item item(Nid nid) const {
        return {"cannot open a node", file_, [&](libpff_item_t** out, libpff_error_t** error) {
                    return libpff_file_get_item_by_identifier(file_->get(), nid.value, out, error);
                }};
    }

    void report(base::Severity severity, std::string id, std::string place,
                std::string text) const {
        diagnostics_.report({severity, std::move(id), std::move(place), std::move(text)});
    }

    mapi::PropertyBag properties_or_nothing(Nid nid, const std::string& place) const {
        try {
            if (const Item found = item(nid)) {
                PropertyContext context = context_;
                context.place = place;
                return libpff::read_properties(found, context);
            }
            report(base::Severity::Error, "missing-node", place,
                   fmt::format("node {} is missing", ndb::to_string(nid)));
        } catch (const Error& error) {
            report(base::Severity::Error, "damaged-node", place, error.what());
        }
        return {};
    }

    std::unique_ptr<MessageCursor> cursor(Nid folder, const ContentsKind& kind) const {
        const Item found = is_folder(folder) ? item(folder) : Item{};
        if (!found) {
            throw Error(ErrorCode::NoInput,
                        fmt::format("there is no folder {}", ndb::to_string(folder)));
        }
        if (folder.type() == NidType::SearchFolder) {
            return std::make_unique<Cursor>();
        }
        try {
            return std::make_unique<Cursor>(found, kind, context_);
        } catch (Error& error) {
            error.with_place(fmt::format("folder {}", ndb::to_string(folder)));
            throw;
        }
    }

    std::vector<PstFolder> read_folders() const {
        std::vector<PstFolder> result;
        std::set<Nid> seen;
        const Item root = item(ndb::kNidRootFolder);
        if (!root) {
            throw Error(ErrorCode::BadData, "the root folder 0x00000122 is missing");
        }
        add_folder(root, ndb::kNidRootFolder, 0, seen, result);
        if (!mark_special_folders(result, special_folder_sources())) {
            report(base::Severity::Warning, "no-ipm-subtree", "message store",
                   "no folder is told to be the IPM subtree; all folders count as below it");
        }
        return result;
    }

    /// The folder, then all below it.
    void add_folder(const Item& folder, Nid parent, int depth, std::set<Nid>& seen,
                    std::vector<PstFolder>& result) const {
        const Nid nid = folder.nid();
        const std::string place = fmt::format("folder {}", ndb::to_string(nid));
        if (!seen.insert(nid).second) {
            report(base::Severity::Error, "folder-loop", place,
                   "it is its own ancestor, or has two parents; the first one has it");
            return;
        }
        if (depth > kDeepestFolder) {
            const Error too_deep(ErrorCode::BadData,
                                 fmt::format("more than {} folders deep", kDeepestFolder));
            add_lost(nid, parent, place, too_deep, result);
            return;
        }
        int children = 0;
        try {
            result.push_back(describe(folder, nid, parent, place));
        } catch (const Error& error) {
            add_lost(nid, parent, place, error, result);
            return;
        }
        try {
            if (nid.type() != NidType::SearchFolder) {
                call("cannot read the hierarchy table", libpff_folder_get_number_of_sub_folders,
                     folder.get(), &children);
            }
        } catch (const Error& error) {
            add_lost(ndb::kNidNone, nid, place + ", its children", error, result);
        }
        for (int i = 0; i < children; ++i) {
            try {
                const Item child("cannot open a child folder", folder.share(),
                                 [&](libpff_item_t** out, libpff_error_t** error) {
                                     return libpff_folder_get_sub_folder(folder.get(), i, out,
                                                                         error);
                                 });
                add_folder(child, nid, depth + 1, seen, result);
            } catch (const Error& error) {
                add_lost(ndb::kNidNone, nid, fmt::format("{}, child {}", place, i), error, result);
            }
        }
    }

    void add_lost(Nid nid, Nid parent, std::string place, const Error& error,
                  std::vector<PstFolder>& result) const {
        PstFolder folder;
        folder.nid = nid;
        folder.parent = parent;
        folder.folder.display_name = name_of_lost(nid);
        folder.search = nid.type() == NidType::SearchFolder;
        folder.lost = error.what();
        result.push_back(std::move(folder));
        report(base::Severity::Error, "lost-folder", std::move(place), error.what());
    }

    PstFolder describe(const Item& folder, Nid nid, Nid parent, const std::string& place) const {
        PropertyContext context = context_;
        context.place = place;
        const mapi::PropertyBag bag = libpff::read_properties(folder, context);
        PstFolder result;
        result.nid = nid;
        result.parent = parent;
        result.folder.display_name = bag.text(mapi::PidTagDisplayName).value_or("");
        result.folder.container_class = bag.text(mapi::PidTagContainerClass).value_or("");
        result.folder.comment = bag.text(mapi::PidTagComment).value_or("");
        result.hidden = bag.boolean(mapi::PidTagAttributeHidden);
        result.search = nid.type() == NidType::SearchFolder;
        result.unread_count =
            static_cast<std::uint64_t>(std::max(0, bag.integer(mapi::PidTagContentUnreadCount)));
        if (!result.search) {
            result.message_count = count(folder, kMessages, place);
            result.associated_count = count(folder, kAssociated, place);
        }
        return result;
    }

    std::uint64_t count(const Item& folder, const ContentsKind& kind,
                        const std::string& place) const {
        int rows = 0;
        try {
            call("cannot read the contents table", kind.count, folder.get(), &rows);
        } catch (const Error& error) {
            report(base::Severity::Error, "damaged-table", place, error.what());
        }
        return static_cast<std::uint64_t>(std::max(0, rows));
    }

    SpecialFolderSources special_folder_sources() const {
        return {properties_or_nothing(ndb::kNidMessageStore, "message store"),
                properties_or_nothing(ndb::kNidRootFolder, "root folder"), receive_folders(),
                [this](Nid nid) {
                    return properties_or_nothing(nid,
                                                 fmt::format("folder {}", ndb::to_string(nid)));
                }};
    }

    std::vector<ReceiveFolder> receive_folders() const {
        std::vector<ReceiveFolder> result;
        try {
            const Item table = item(ndb::kNidReceiveFolderTable);
            const int rows = table ? table.record_sets() : 0;
            for (int row = 0; row < rows; ++row) {
                const mapi::PropertyBag bag = libpff::read_row(table, row, context_);
                const auto nid =
                    static_cast<std::uint32_t>(bag.integer(mapi::PidTagReceiveFolderNid));
                result.push_back({bag.text(mapi::PidTagMessageClass).value_or(""), Nid{nid}});
            }
        } catch (const Error& error) {
            report(base::Severity::Warning, "damaged-table", "receive folder table", error.what());
        }
        return result;
    }

    std::shared_ptr<libpff::File> file_;
    base::Diagnostics& diagnostics_;
    PropertyContext context_;
    PstInfo info_;
    std::optional<std::vector<PstFolder>> folders_;
};

}  // namespace

std::unique_ptr<PstReader> open_with_libpff(const std::string& path, const ProbedFile& probed,
                                            const PstReaderOptions& options,
                                            base::Diagnostics& diagnostics) {
    try {
        return std::make_unique<LibpffReader>(path, probed, options, diagnostics);
    } catch (Error& error) {
        error.with_place(path);
        throw;
    }
}

}  // namespace mbx::pst
