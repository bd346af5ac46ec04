#include "migration/mailbox_check.hpp"

namespace mbx::migration {

InboxState check_inbox(store::MailStore& store) {
    const auto count = store.message_count(mail::kInboxPath);
    return {count.has_value(), count.value_or(0)};
}

}  // namespace mbx::migration
