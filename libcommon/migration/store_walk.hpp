// Walks the messages of a folder at the destination, past those that cannot be read.
#pragma once

#include <functional>

#include "base/stop.hpp"
#include "store/mail_store.hpp"

namespace mbx::migration {

/// True for what concerns one message only; else the store is gone, or the run is to stop.
bool is_about_one_message(const Error& error);

/// After so many failures in a row a store is taken for broken.
inline constexpr unsigned kMostFailuresInARow = 100;

/// Calls `visit` with each message, in the store's order; an Error about one message, thrown by the
/// stream or by `visit`, passes that message over. Throws Error(TryAgain) when stopped, and what
/// the store throws when it is gone.
void walk_messages(store::MailStore& store, const mail::FolderPath& path,
                   const base::StopFlag& stop, const std::function<void(mail::Message)>& visit);

/// Throws Error(TryAgain) when a stop was requested.
void throw_if_stopped(const base::StopFlag& stop);

}  // namespace mbx::migration
