#include "migration/stored_messages.hpp"

#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

constexpr std::size_t kQueueLength = 256;  // digests only: a few hundred bytes each

}  // namespace

StoredMessages::StoredMessages(store::MailStore& store, const mail::FolderPath& path,
                               const base::StopFlag& stop)
    : stop_(stop), stream_(store.messages(path)), ahead_([this] { return read(); }, kQueueLength) {}

std::optional<StoredMessage> StoredMessages::read() {
    for (;;) {
        throw_if_stopped(stop_);
        try {
            auto message = stream_->next();
            if (!message) {
                return std::nullopt;
            }
            StoredMessage result{*std::move(message), {}};
            result.key = content_key(*result.message.source);
            result.message.source = nullptr;
            failures_ = 0;
            return result;
        } catch (const Error& error) {
            if (!is_about_one_message(error) || ++failures_ > kMostFailuresInARow) {
                throw;
            }
        }
    }
}

}  // namespace mbx::migration
