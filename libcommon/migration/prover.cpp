#include "migration/prover.hpp"

#include <algorithm>

namespace mbx::migration {

Prover::Prover(const ImportContext& context, Proof proof, const MailPlan& plan,
               ImportResult& result)
    : context_(context), proof_(proof), result_(result) {
    for (const MailTarget& target : plan.folders) {
        if (target.wanted) {
            nids_.push_back(target.nid);
        }
    }
}

void Prover::run() {
    if (proof_ == Proof::Counts) {
        count_ahead();
    }
    // A server that allows one connection gives one folder at a time.
    const unsigned side_by_side =
        context_.store.connections(kFoldersAhead + 1).value_or(kFoldersAhead + 1);
    for (std::size_t i = 0; i < nids_.size(); ++i) {
        open_up_to(i + std::max(side_by_side, 1U) - 1);
        std::unique_ptr<StoredMessages> messages = std::move(opened_.front());
        opened_.pop_front();
        ImportedFolder& folder = result_.folders[i];
        folder.proof = prove_folder(context_.store, folder.path, context_.journal, nids_[i], proof_,
                                    context_.progress, context_.stop, std::move(messages));
    }
}

void Prover::count_ahead() {
    std::vector<mail::FolderPath> paths;
    for (const ImportedFolder& folder : result_.folders) {
        paths.push_back(folder.path);
    }
    context_.store.prepare_counts(paths);
}

void Prover::open_up_to(std::size_t last) {
    for (; next_ < nids_.size() && next_ <= last; ++next_) {
        std::unique_ptr<StoredMessages> messages;
        if (is_read_for_proof(context_.journal, nids_[next_], proof_)) {
            messages = std::make_unique<StoredMessages>(context_.store, result_.folders[next_].path,
                                                        context_.stop);
        }
        opened_.push_back(std::move(messages));
    }
}

}  // namespace mbx::migration
