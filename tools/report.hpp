// What mbx-export and pst-import have to say at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/diagnostics.hpp"
#include "cli/tool.hpp"
#include "migration/bad_items.hpp"
#include "migration/loss_counter.hpp"

namespace mbx::tools {

/// "1 message", "1,234 messages"; "0 bad items".
std::string counted(std::uint64_t count, std::string_view what);
inline std::string messages_text(std::uint64_t count) {
    return counted(count, "message");
}
/// "12.3 MB", powers of 1000.
std::string size_text(std::uint64_t bytes);

/// ", 3 messages left out", on request of the user; empty for none.
std::string left_out_text(std::uint64_t count);

/// Each bad item, as a record with --json, and as a warning else.
void show_bad_items(cli::Context& context, const migration::BadItems& bad_items);

/// One line on standard error that says how many losses of each kind a conversion had.
void show_losses(cli::Context& context, const migration::LossCounts& losses);

/// A note that there are any, for users who have not asked for details.
void note_losses(cli::Context& context, const migration::LossCounts& losses);

/// Losses of single messages are shown one by one only when the user wants details.
class LossesShown {
  public:
    LossesShown(bool shown, base::Diagnostics& diagnostics)
        : shown_(shown), diagnostics_(diagnostics) {}
    base::Diagnostics& sink() const { return shown_ ? diagnostics_ : ignored_; }

  private:
    bool shown_;
    base::Diagnostics& diagnostics_;
    mutable base::IgnoreDiagnostics ignored_;
};

class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace mbx::tools
