// Lets a thread get things ready while their user is busy with the ones before.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace mbx::migration {

template <typename T>
class ReadAhead {
  public:
    /// make: called on the thread until it gives nullopt or throws; what it throws comes out of
    /// next(), behind all that was made before. most: so many wait in memory.
    ReadAhead(std::function<std::optional<T>()> make, std::size_t most)
        : make_(std::move(make)), most_(most), worker_([this] { work(); }) {}

    /// Waits for what is being made just now.
    ~ReadAhead() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        worker_.join();
    }
    ReadAhead(const ReadAhead&) = delete;
    ReadAhead& operator=(const ReadAhead&) = delete;

    /// In the order of making; nullopt at the end.
    std::optional<T> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !queue_.empty() || ended_; });
        if (queue_.empty()) {
            if (failure_) {
                std::rethrow_exception(failure_);
            }
            return std::nullopt;
        }
        std::optional<T> result = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        changed_.notify_all();
        return result;
    }

  private:
    void work() {
        std::exception_ptr failure;
        try {
            while (auto made = make_()) {
                if (!put(std::move(*made))) {
                    break;
                }
            }
        } catch (...) {  // carried over to the thread that waits
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            failure_ = failure;
            ended_ = true;
        }
        changed_.notify_all();
    }

    /// False when nobody wants more.
    bool put(T made) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return queue_.size() < most_ || stopped_; });
            if (stopped_) {
                return false;
            }
            queue_.push_back(std::move(made));
        }
        changed_.notify_all();
        return true;
    }

    std::function<std::optional<T>()> make_;
    std::size_t most_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> queue_;
    std::exception_ptr failure_;
    bool ended_ = false;
    bool stopped_ = false;
    std::thread worker_;  // last: it uses all the others
};

}  // namespace mbx::migration
