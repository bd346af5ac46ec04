// Internet addresses of X.500 names, out of all messages of a store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/progress.hpp"
#include "base/stop.hpp"
#include "convert/address_directory.hpp"
#include "pst/reader.hpp"

namespace mbx::migration {

/// Reads the whole store, once, when it is asked for the first time: stores that Outlook filled by
/// POP or IMAP never ask. What it answers depends on the store alone, so a run that goes on where
/// another one ended makes the same mail.
class StoreAddresses final : public convert::AddressDirectory {
  public:
    /// All outlive it. `progress` shows the reading as a stage of its own.
    StoreAddresses(pst::PstReader& pst, base::Progress& progress, const base::StopFlag& stop)
        : pst_(pst), progress_(progress), stop_(stop) {}

    /// What a message states goes before what follows from equal names of people; the first message
    /// goes before others. Damaged folders and messages are passed over. Throws Error(TryAgain)
    /// when stopped, and what reading the file throws.
    std::string smtp_of(std::string_view distinguished_name) override;

    /// Whether the store has been read.
    bool has_read_store() const noexcept { return smtp_of_.has_value(); }

    /// Names beyond that many are not learned.
    static constexpr std::size_t kMostNames = 200'000;

  private:
    pst::PstReader& pst_;
    base::Progress& progress_;
    const base::StopFlag& stop_;
    std::optional<std::map<std::string, std::string>> smtp_of_;  // by the name in lower case
};

}  // namespace mbx::migration
