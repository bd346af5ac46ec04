// Internet addresses of X.500 names, out of all messages of a store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/stop.hpp"
#include "convert/address_directory.hpp"
#include "pst/reader.hpp"

namespace mbx::migration {

/// Reads the whole store, once, when it is asked for the first time: stores that Outlook filled by
/// POP or IMAP never ask. What it answers depends on the store alone, so a run that goes on where
/// another one ended makes the same mail.
class StoreAddresses final : public convert::AddressDirectory {
  public:
    /// Both outlive it.
    StoreAddresses(pst::PstReader& pst, const base::StopFlag& stop) : pst_(pst), stop_(stop) {}

    /// What a message states goes before what follows from equal names of people; the first message
    /// goes before others. Damaged folders and messages are passed over. Throws Error(TryAgain)
    /// when stopped, and what reading the file throws.
    std::string smtp_of(std::string_view distinguished_name) override;

    /// Names beyond that many are not learned.
    static constexpr std::size_t kMostNames = 200'000;

  private:
    pst::PstReader& pst_;
    const base::StopFlag& stop_;
    std::optional<std::map<std::string, std::string>> smtp_of_;  // by the name in lower case
};

}  // namespace mbx::migration
