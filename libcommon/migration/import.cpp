#include "migration/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "migration/folder_import.hpp"
#include "migration/folder_maker.hpp"
#include "migration/mailbox_check.hpp"
#include "migration/prover.hpp"
#include "migration/store_addresses.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

using mail::FolderPath;

/// An Inbox with mail in it is somebody's, unless an earlier run of this import has begun it.
void refuse_filled_inbox(const ImportContext& context) {
    const auto& folders = context.journal.folders();
    const bool begun = std::any_of(folders.begin(), folders.end(), [](const auto& folder) {
        return folder.second.path == mail::kInboxPath;
    });
    const InboxState inbox = check_inbox(context.store);
    if (!begun && inbox.messages > 0) {
        throw Error(ErrorCode::CannotCreate,
                    fmt::format("the Inbox of the destination is not empty: {} message{}",
                                inbox.messages, inbox.messages == 1 ? "" : "s"),
                    "--allow-non-empty imports all the same");
    }
}

std::vector<store::FolderToMake> folders_to_make(const MailPlan& plan, const Journal* journal) {
    std::vector<store::FolderToMake> result;
    for (const MailTarget& target : plan.folders) {
        if (target.wanted && (journal == nullptr || journal->folder(target.nid) == nullptr)) {
            result.push_back({target.path, target.use});
        }
    }
    return result;
}

/// The folders one after the other. Behind a long line the next one is opened meanwhile, and the
/// answers to the ones before come in while this one is sent.
class Sender {
  public:
    Sender(const ImportContext& context, const ImportOptions& options, const MailPlan& plan,
           ImportResult& result)
        : context_(context),
          result_(result),
          maker_(context.store, context.diagnostics, plan.folders),
          addresses_(context.pst, context.progress, context.stop),
          losses_(result.losses, context.losses) {
        for (const MailTarget& target : plan.folders) {
            if (target.wanted) {
                imports_.push_back(std::make_unique<FolderImport>(context, options, target, maker_,
                                                                  addresses_, losses_));
            }
        }
        context.store.prepare(folders_to_make(plan, &context.journal));
        const unsigned connections = context.store.connections(kConnections).value_or(1);
        most_ahead_ = connections > 2 ? 1 : 0;
        most_unfinished_ = connections > 2 ? connections - 2 : connections - (connections > 0);
    }

    void run() {
        for (sending_ = 0; sending_ < imports_.size(); ++sending_) {
            throw_if_stopped(context_.stop);
            for (std::size_t i = 0; i <= most_ahead_ && sending_ + i < imports_.size(); ++i) {
                imports_[sending_ + i]->open_ahead();
            }
            imports_[sending_]->send([this] { finish_settled(); });
            while (sending_ + 1 - finished_ > most_unfinished_) {
                finish_one();
            }
        }
        while (finished_ < imports_.size()) {
            finish_one();
        }
    }

  private:
    static constexpr unsigned kConnections = 4;

    void finish_settled() {
        while (finished_ < sending_ && imports_[finished_]->is_settled()) {
            finish_one();
        }
    }

    void finish_one() {
        result_.folders.push_back(imports_[finished_]->finish());
        imports_[finished_++].reset();
    }

    const ImportContext& context_;
    ImportResult& result_;
    FolderMaker maker_;
    StoreAddresses addresses_;
    LossCounter losses_;
    std::vector<std::unique_ptr<FolderImport>> imports_;  // null when finished
    std::size_t sending_ = 0;
    std::size_t finished_ = 0;
    std::size_t most_ahead_ = 0;
    std::size_t most_unfinished_ = 0;  // sent, and answers still on their way
};

/// Looked at before anything is sent: the proof would fail.
void refuse_lost_folders(const ImportContext& context, const MailPlan& plan) {
    std::set<FolderPath> there;
    for (const store::StoreFolder& folder : context.store.folders()) {
        there.insert(folder.path);
    }
    for (const MailTarget& target : plan.folders) {
        const Journal::Folder* const folder = context.journal.folder(target.nid);
        if (folder != nullptr && folder->landed > 0 && there.count(folder->path) == 0 &&
            !context.store.message_count(folder->path)) {
            throw Error(ErrorCode::BadData,
                        fmt::format("the folder is gone, into which an earlier run has put {} "
                                    "message{}",
                                    folder->landed, folder->landed == 1 ? "" : "s"),
                        "bring it back; or, if the mailbox was emptied, remove " +
                            base::escape(context.journal.path()) + " to begin anew")
                .with_place(base::escape(mail::to_string(folder->path)));
        }
    }
}

void add_lost_folders(const ImportContext& context, const MailPlan& plan) {
    for (const LostFolder& folder : plan.lost) {
        const std::string id = folder.nid == pst::ndb::kNidNone ? "" : to_string(folder.nid);
        context.bad_items.add({folder.pst_path, id, BadKind::Folder, folder.reason, ""}, nullptr);
    }
}

/// What the earlier run had sent when it was cut off may still be landing.
void settle(const ImportContext& context, const MailPlan& plan) {
    std::vector<FolderPath> cut_off;
    for (const MailTarget& target : plan.folders) {
        const Journal::Folder* const folder = context.journal.folder(target.nid);
        if (folder != nullptr && !folder->done) {
            cut_off.push_back(folder->path);
        }
    }
    context.store.settle(cut_off);
}

}  // namespace

bool ImportResult::proven() const {
    return reached_all &&
           std::all_of(folders.begin(), folders.end(), [](const ImportedFolder& folder) {
               return folder.proof && folder.proof->holds();
           });
}

MailPlan plan_import(pst::PstReader& pst, store::MailStore& store, const MailPlanOptions& options) {
    return plan_mail_folders(
        pst.folders(), store.folders(),
        [&](const FolderPath& path) { return store.possible_name(path); }, options);
}

void refuse_impossible(pst::PstReader& pst, store::MailStore& store,
                       const MailPlanOptions& options) {
    store.prepare(folders_to_make(plan_import(pst, store, options), nullptr));
}

ImportResult import_pst(const ImportContext& context, const ImportOptions& options) {
    const MailPlan plan = plan_import(context.pst, context.store, options.plan);
    if (!options.allow_non_empty) {
        refuse_filled_inbox(context);
    }
    refuse_lost_folders(context, plan);
    context.bad_items.forget_earlier_run();
    settle(context, plan);
    ImportResult result;
    result.resumed = context.journal.resumed();
    add_lost_folders(context, plan);
    std::copy_if(plan.skipped.begin(), plan.skipped.end(), std::back_inserter(result.skipped),
                 [](const SkippedFolder& folder) { return folder.message_count > 0; });
    Sender(context, options, plan, result).run();
    result.reached_all = context.bad_items.folders() == 0;
    if (options.proof != Proof::None) {
        Prover(context, options.proof, plan, result).run();
    }
    if (!context.journal.finished()) {
        context.journal.finish();
    }
    return result;
}

}  // namespace mbx::migration
