#include "migration/store_walk.hpp"

namespace mbx::migration {

bool is_about_one_message(const Error& error) {
    return error.code() == ErrorCode::BadData || error.code() == ErrorCode::Io ||
           error.code() == ErrorCode::NoInput || error.code() == ErrorCode::NotAllowed;
}

void throw_if_stopped(const base::StopFlag& stop) {
    if (stop.requested()) {
        throw Error(ErrorCode::TryAgain, "stopped on request");
    }
}

void walk_messages(store::MailStore& store, const mail::FolderPath& path,
                   const base::StopFlag& stop, const std::function<void(mail::Message)>& visit) {
    const auto stream = store.messages(path);
    unsigned failures = 0;
    while (true) {
        throw_if_stopped(stop);
        try {
            auto message = stream->next();
            if (!message) {
                return;
            }
            visit(std::move(*message));
            failures = 0;
        } catch (const Error& error) {
            if (!is_about_one_message(error) || ++failures > kMostFailuresInARow) {
                throw;
            }
        }
    }
}

}  // namespace mbx::migration
