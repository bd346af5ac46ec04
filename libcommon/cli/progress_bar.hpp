// The bar on a terminal: stage, messages, share, speed, time left.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>

#include "base/progress.hpp"
#include "cli/console.hpp"

namespace mbx::cli {

/// Redraws the console's status line, at most ten times a second. Shows nothing when standard error
/// is no terminal. Safe to use from several threads.
class ProgressBar final : public base::Progress {
  public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    /// `console` must outlive this.
    explicit ProgressBar(Console& console, Now now = std::chrono::steady_clock::now)
        : console_(console), now_(std::move(now)) {}

    void start(std::string_view stage, std::optional<std::uint64_t> total_messages) override;
    void advance(std::uint64_t messages, std::uint64_t bytes) override;
    void finish() override;

  private:
    void draw(std::chrono::steady_clock::time_point now);

    Console& console_;
    Now now_;
    std::mutex mutex_;
    std::string stage_;
    std::optional<std::uint64_t> total_;
    std::uint64_t messages_ = 0;
    std::uint64_t bytes_ = 0;
    std::chrono::steady_clock::time_point started_;
    std::chrono::steady_clock::time_point drawn_;
};

/// "1,234,567".
std::string with_thousands(std::uint64_t number);
/// "0:07", "12:34", "1:02:03".
std::string minutes_text(std::chrono::seconds time);

}  // namespace mbx::cli
