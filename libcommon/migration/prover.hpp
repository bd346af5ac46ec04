// The proof of an import, folder by folder.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "migration/folder_map.hpp"
#include "migration/import.hpp"
#include "migration/stored_messages.hpp"
#include "migration/verify.hpp"

namespace mbx::migration {

/// Proves one folder after the other; those behind are read meanwhile.
class Prover {
  public:
    /// All outlive it. Pre: result.folders are the wanted ones of the plan, in its order.
    Prover(const ImportContext& context, Proof proof, const MailPlan& plan, ImportResult& result);

    /// Fills the proofs of result.folders. Throws what prove_folder() throws.
    void run();

  private:
    static constexpr unsigned kFoldersAhead = 2;

    void count_ahead();
    void open_up_to(std::size_t last);

    const ImportContext& context_;
    Proof proof_;
    ImportResult& result_;
    std::vector<pst::ndb::Nid> nids_;  // of result_.folders
    std::deque<std::unique_ptr<StoredMessages>> opened_;
    std::size_t next_ = 0;
};

}  // namespace mbx::migration
