// Is a destination ready to take a mailbox?
#pragma once

#include <cstdint>
#include <optional>

#include "store/mail_store.hpp"

namespace mbx::migration {

struct InboxState {
    bool exists = false;
    std::uint64_t messages = 0;

    bool is_ready() const noexcept { return exists && messages == 0; }
};

/// Throws what the store throws.
InboxState check_inbox(store::MailStore& store);

}  // namespace mbx::migration
