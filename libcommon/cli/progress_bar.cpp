#include "cli/progress_bar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace mbx::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings(100);
constexpr std::size_t kBarCells = 20;
constexpr double kMegabyte = 1e6;

std::string bar(double share) {
    const auto full = static_cast<std::size_t>(share * static_cast<double>(kBarCells));
    return "[" + std::string(full, '#') + std::string(kBarCells - full, '.') + "]";
}

}  // namespace

std::string with_thousands(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

std::string minutes_text(std::chrono::seconds time) {
    const auto s = time.count();
    return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                    : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

void ProgressBar::start(std::string_view stage, std::optional<std::uint64_t> total_messages) {
    const std::scoped_lock lock(mutex_);
    stage_ = stage;
    total_ = total_messages;
    messages_ = 0;
    bytes_ = 0;
    started_ = now_();
    draw(started_);
}

void ProgressBar::advance(std::uint64_t messages, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    messages_ += messages;
    bytes_ += bytes;
    const auto now = now_();
    if (now - drawn_ >= kBetweenDrawings) {
        draw(now);
    }
}

void ProgressBar::finish() {
    const std::scoped_lock lock(mutex_);
    console_.status("");
}

void ProgressBar::draw(std::chrono::steady_clock::time_point now) {
    drawn_ = now;
    if (!console_.shows_progress()) {
        return;
    }
    const double elapsed = std::chrono::duration<double>(now - started_).count();
    std::string line = stage_;
    const bool known = total_ && *total_ > 0 && messages_ <= *total_;
    const double share =
        known ? static_cast<double>(messages_) / static_cast<double>(*total_) : 0.0;
    if (known) {
        line += fmt::format(" {} {}/{} {:.0f}%", bar(share), with_thousands(messages_),
                            with_thousands(*total_), share * 100);
    } else {
        line += fmt::format(" {}", with_thousands(messages_));
    }
    if (elapsed >= 1) {
        if (bytes_ > 0) {
            line += fmt::format(" {:.1f} MB/s", static_cast<double>(bytes_) / kMegabyte / elapsed);
        }
        if (share > 0) {
            const auto left = std::lround(elapsed / share * (1 - share));
            line += fmt::format(" ETA {}", minutes_text(std::chrono::seconds(left)));
        }
    }
    // A line that wraps could not be taken back.
    console_.status(base::escape(line, std::max(console_.look().columns, 20U) - 5));
}

}  // namespace mbx::cli
