// The messages that lie in a folder of the destination, read again for comparison.
#pragma once

#include <memory>
#include <optional>

#include "base/stop.hpp"
#include "migration/content_key.hpp"
#include "migration/read_ahead.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

struct StoredMessage {
    mail::Message message;  ///< without its source
    ContentKey key;
};

/// Reading begins at once, in a thread of its own; those of several folders may run side by side,
/// as long as the store lives. A message that cannot be read is passed over, as by walk_messages().
class StoredMessages {
  public:
    StoredMessages(store::MailStore& store, const mail::FolderPath& path,
                   const base::StopFlag& stop);

    /// In the store's order; nullopt at the end. Throws Error(TryAgain) when stopped, and what the
    /// store throws when it is gone.
    std::optional<StoredMessage> next() { return ahead_.next(); }

  private:
    std::optional<StoredMessage> read();

    const base::StopFlag& stop_;
    std::unique_ptr<store::MessageStream> stream_;
    unsigned failures_ = 0;
    ReadAhead<StoredMessage> ahead_;  // last: its thread uses all the others
};

}  // namespace mbx::migration
