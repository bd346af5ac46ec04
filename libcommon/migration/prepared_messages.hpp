// The messages of a folder, read and converted, ready to be written into a PST.
#pragma once

#include <memory>
#include <optional>

#include "base/diagnostics.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "mail/message.hpp"
#include "mapi/folder.hpp"
#include "mapi/message.hpp"
#include "migration/message_filter.hpp"
#include "migration/whole_sources.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// One message of the mailbox: converted, left out by the filter, or bad.
struct Prepared {
    std::optional<mail::Message> mail;  ///< absent when it could not be read
    std::optional<mapi::Message> mapi;  ///< absent when it is left out or bad
    std::optional<Error> failure;
    bool folder_failed = false;  ///< by `failure`; nothing comes behind it
    store::Salvaged salvaged;    ///< of a message that could not be read
    std::vector<base::Diagnostic> losses;
};

class PreparedMessages {
  public:
    virtual ~PreparedMessages() = default;
    /// In the store's order; nullopt at the end. Throws Error when the store is gone (Unavailable,
    /// ...), or fails message by message without end.
    virtual std::optional<Prepared> next() = 0;
};

struct PrepareOptions {
    mapi::SpecialFolder folder = mapi::SpecialFolder::None;
    bool exact_source = true;
    const WholeSources* keep_whole = nullptr;  ///< null: none; outlives the messages
    MessageFilter filter;
};

/// Reads and converts when next() is called.
std::unique_ptr<PreparedMessages> prepare_messages(std::unique_ptr<store::MessageStream> stream,
                                                   const PrepareOptions& options);

/// Reads and converts ahead, on a thread of its own, with at most a few messages in between. The
/// stream is used by that thread only.
std::unique_ptr<PreparedMessages> prepare_messages_ahead(
    std::unique_ptr<store::MessageStream> stream, const PrepareOptions& options);

}  // namespace mbx::migration
