// Messages that a killed import has sent without recording them.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/sha256.hpp"
#include "base/stop.hpp"
#include "migration/journal.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// What lies in a folder of the destination and is in no record of it. Reads those messages; asks
/// only for the count when that shows that there are none.
class Tail {
  public:
    Tail() = default;
    /// Throws what the store throws when it is gone, TryAgain when stopped.
    Tail(store::MailStore& store, const Journal& journal, pst::ndb::Nid folder,
         const base::StopFlag& stop);
    /// All that lies in a folder which has no record: the journal may have lost its end.
    Tail(store::MailStore& store, const mail::FolderPath& path, const base::StopFlag& stop);

    /// The identifier of such a message with this content, each given once; by its bytes, else by
    /// its header, since some servers rewrite messages.
    std::optional<std::string> take(const ContentKey& key);

    std::size_t size() const noexcept { return by_bytes_.size(); }

  private:
    void add(const ContentKey& key, const std::string& id);

    std::multimap<base::Sha256Digest, std::string> by_bytes_;
    std::multimap<std::uint64_t, base::Sha256Digest> by_header_;
};

}  // namespace mbx::migration
