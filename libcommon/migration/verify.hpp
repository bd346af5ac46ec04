// The proof that a destination holds what was sent there: its messages are read again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "migration/journal.hpp"
#include "migration/stored_messages.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

enum class Proof {
    None,
    Counts,  ///< each folder holds at least as many messages as were sent
    Header,  ///< each message is there by Message-ID, Date, From and Subject, or by its bytes
    Full,    ///< each message is there, byte for byte but for line ends
};

/// "none", "counts", "header", "full". Throws Error(Usage).
Proof parse_proof(std::string_view text);

struct FolderProof {
    mail::FolderPath path;
    std::uint64_t expected = 0;           ///< messages that were sent there
    std::uint64_t found = 0;              ///< of these, there as the proof wants it
    std::uint64_t altered = 0;            ///< there with other bytes (Proof::Full)
    std::uint64_t missing = 0;            ///< or in a folder that cannot be read
    std::uint64_t others = 0;             ///< in the folder beside them
    std::uint64_t newcomers = 0;          ///< of the others: more than there were before the import
    std::uint64_t flags_differ = 0;       ///< of those found: a flag or keyword is not as it was
    std::uint64_t dates_differ = 0;       ///< of those found: the internal date
    std::vector<pst::ndb::Nid> examples;  ///< of missing and altered ones, at most kMostExamples

    std::string unreadable;  ///< why the folder could not be read to its end; empty: it could

    static constexpr std::size_t kMostExamples = 20;
    bool holds() const noexcept { return missing == 0 && altered == 0; }
};

/// Compares one folder with what the journal says has landed there. Proof::Counts asks the store
/// only for its count. Memory: about 400 bytes a message of this folder. Throws Error: what the
/// store throws when it is gone, TryAgain when stopped. A message that cannot be read counts as not
/// there. `opened`: the messages of that folder when their reading has begun already; else null.
FolderProof prove_folder(store::MailStore& store, const mail::FolderPath& path,
                         const Journal& journal, pst::ndb::Nid folder, Proof proof,
                         base::Progress& progress, const base::StopFlag& stop,
                         std::unique_ptr<StoredMessages> opened = nullptr);

/// Whether prove_folder() would read the messages of that folder.
bool is_read_for_proof(const Journal& journal, pst::ndb::Nid folder, Proof proof);

}  // namespace mbx::migration
