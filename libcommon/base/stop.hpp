// A request to stop, polled by long jobs between two messages. Set from a signal handler or another
// thread.
#pragma once

#include <atomic>

namespace mbx::base {

class StopFlag {
  public:
    void request() noexcept { requested_.store(true, std::memory_order_relaxed); }
    bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }

  private:
    std::atomic<bool> requested_{false};
};

}  // namespace mbx::base
