#include "pst/own_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "mapi/tags.hpp"
#include "pst/folder_reader.hpp"
#include "pst/ltp/table_reader.hpp"
#include "pst/message_cursor.hpp"
#include "pst/node_survey.hpp"
#include "pst/object_reader.hpp"
#include "pst/special_folders.hpp"
#include "pst/store_context.hpp"

namespace mbx::pst {
namespace {

using ndb::Nid;
using ndb::NidType;

constexpr const char* kStorePlace = "message store";

ContentKind kind_of(ndb::Client client) noexcept {
    switch (client) {
        case ndb::Client::Ost:
            return ContentKind::Ost;
        case ndb::Client::Pab:
            return ContentKind::Pab;
        case ndb::Client::Pst:
            break;
    }
    return ContentKind::Pst;
}

class OwnReader final : public PstReader {
  public:
    OwnReader(const std::string& path, const PstReaderOptions& options,
              base::Diagnostics& diagnostics)
        : shared_context_(std::make_shared<StoreContext>(std::make_shared<ndb::BlockFile>(path),
                                                         options.code_page, diagnostics)),
          context_(*shared_context_),
          store_(read_node_properties(context_, ndb::kNidMessageStore, kStorePlace)) {
        if (const std::string& wrong = context_.file()->header().wrong_crc; !wrong.empty()) {
            context_.report(base::Severity::Error, "damaged-header", "header", wrong);
        }
    }

    PstInfo info() const override {
        const ndb::Header& header = context_.file()->header();
        PstInfo info;
        info.format = header.width == ndb::Width::Unicode ? FileFormat::Unicode : FileFormat::Ansi;
        info.kind = kind_of(header.client);
        info.crypt = header.crypt;
        info.size = context_.file()->size();
        info.display_name = store_.text(mapi::PidTagDisplayName).value_or("");
        info.has_password = store_.integer(mapi::PidTagPstPassword) != 0;
        info.reader = "own";
        return info;
    }

    std::vector<PstFolder> folders() override {
        if (!folders_) {
            folders_ = read_folders(context_, survey());
            if (!mark_special_folders(*folders_, special_folder_sources())) {
                context_.report(
                    base::Severity::Warning, "no-ipm-subtree", kStorePlace,
                    "no folder is told to be the IPM subtree; all folders count as below it");
            }
        }
        return *folders_;
    }

    std::unique_ptr<MessageCursor> messages(Nid folder) override {
        return cursor(folder, NidType::ContentsTable);
    }
    std::unique_ptr<MessageCursor> associated_messages(Nid folder) override {
        return cursor(folder, NidType::AssociatedContentsTable);
    }

    mapi::Message message(Nid nid) override {
        const bool is_message =
            nid.type() == NidType::NormalMessage || nid.type() == NidType::AssociatedMessage;
        const auto node = is_message ? context_.file()->find_node(nid) : std::nullopt;
        if (!node) {
            throw Error(ErrorCode::NoInput, fmt::format("there is no message {}", to_string(nid)));
        }
        return read_message_node(context_, *node);
    }

    mapi::PropertyBag store_properties() override { return store_; }

  private:
    /// Made when it is asked for the first time: opening a file costs the same however large it is.
    const NodeSurvey& survey() const {
        if (!survey_) {
            survey_ = survey_nodes(context_);
        }
        return *survey_;
    }

    std::unique_ptr<MessageCursor> cursor(Nid folder, NidType table) const {
        const bool is_search = folder.type() == NidType::SearchFolder;
        if ((folder.type() != NidType::NormalFolder && !is_search) ||
            !context_.file()->find_node(folder)) {
            throw Error(ErrorCode::NoInput,
                        fmt::format("there is no folder {}", to_string(folder)));
        }
        // The messages of a search folder live elsewhere.
        return is_search ? no_messages()
                         : open_messages(shared_context_, folder, table,
                                         survey().contents(folder, table));
    }

    SpecialFolderSources special_folder_sources() const {
        return {store_, read_node_properties(context_, ndb::kNidRootFolder, "root folder"),
                receive_folders(), [this](Nid nid) {
                    return read_node_properties(context_, nid, "folder " + to_string(nid));
                }};
    }

    std::vector<ReceiveFolder> receive_folders() const {
        constexpr const char* kPlace = "receive folder table";
        std::vector<ReceiveFolder> result;
        try {
            const auto node = context_.file()->find_node(ndb::kNidReceiveFolderTable);
            if (!node) {
                return result;
            }
            ltp::TableReader table(context_.file(), node->data, node->sub);
            while (const auto row = table.next_row()) {
                const mapi::PropertyBag bag =
                    read_row(table, row->index, context_.code_page(), kPlace, context_);
                const auto nid =
                    static_cast<std::uint32_t>(bag.integer(mapi::PidTagReceiveFolderNid));
                result.push_back({bag.text(mapi::PidTagMessageClass).value_or(""), Nid{nid}});
            }
        } catch (const Error& error) {
            context_.report(base::Severity::Warning, "damaged-table", kPlace, error.what());
        }
        return result;
    }

    std::shared_ptr<const StoreContext> shared_context_;
    const StoreContext& context_;
    mapi::PropertyBag store_;
    mutable std::optional<NodeSurvey> survey_;
    std::optional<std::vector<PstFolder>> folders_;
};

}  // namespace

std::unique_ptr<PstReader> open_own(const std::string& path, const PstReaderOptions& options,
                                    base::Diagnostics& diagnostics) {
    return std::make_unique<OwnReader>(path, options, diagnostics);
}

}  // namespace mbx::pst
