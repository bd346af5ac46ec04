#include "migration/prepared_messages.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "convert/to_mapi.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

// Enough that neither side waits for the other's slow messages; large attachments are sources, not
// memory, in the queue.
constexpr std::size_t kQueueLength = 32;

class Plain final : public PreparedMessages {
  public:
    Plain(std::unique_ptr<store::MessageStream> stream, const PrepareOptions& options)
        : stream_(std::move(stream)), options_(options) {}

    std::optional<Prepared> next() override {
        Prepared prepared;
        try {
            prepared.mail = stream_->next();
            if (!prepared.mail) {
                return std::nullopt;
            }
            if (options_.filter.takes(*prepared.mail)) {
                add_mapi(prepared);
            }
            failures_ = 0;
        } catch (const Error& error) {
            if (!is_about_one_message(error) || ++failures_ > kMostFailuresInARow) {
                throw;
            }
            prepared.failure = error;
        }
        return prepared;
    }

  private:
    void add_mapi(Prepared& prepared) {
        base::DiagnosticList losses;
        convert::ToMapiOptions options;
        options.folder = options_.folder;
        options.exact_source = options_.exact_source;
        if (options_.keep_whole != nullptr && !options_.keep_whole->empty()) {
            const auto found = options_.keep_whole->find(base::sha256(*prepared.mail->source));
            if (found != options_.keep_whole->end()) {
                options.whole_source = true;
                options.stored_view = found->second;
            }
        }
        prepared.mapi = convert::to_mapi(*prepared.mail, options, losses);
        prepared.losses = std::move(losses.items);
    }

    std::unique_ptr<store::MessageStream> stream_;
    PrepareOptions options_;
    unsigned failures_ = 0;
};

class Ahead final : public PreparedMessages {
  public:
    Ahead(std::unique_ptr<store::MessageStream> stream, const PrepareOptions& options)
        : inner_(std::move(stream), options), worker_([this] { work(); }) {}

    ~Ahead() override {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        worker_.join();
    }
    Ahead(const Ahead&) = delete;
    Ahead& operator=(const Ahead&) = delete;

    std::optional<Prepared> next() override {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !queue_.empty() || ended_; });
        if (queue_.empty()) {
            if (failure_) {
                std::rethrow_exception(failure_);
            }
            return std::nullopt;
        }
        Prepared prepared = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        changed_.notify_all();
        return prepared;
    }

  private:
    void work() {
        std::exception_ptr failure;
        try {
            while (auto prepared = inner_.next()) {
                if (!put(std::move(*prepared))) {
                    break;
                }
            }
        } catch (...) {  // carried over to the thread that waits for messages
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
    bool put(Prepared prepared) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return queue_.size() < kQueueLength || stopped_; });
            if (stopped_) {
                return false;
            }
            queue_.push_back(std::move(prepared));
        }
        changed_.notify_all();
        return true;
    }

    Plain inner_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Prepared> queue_;
    std::exception_ptr failure_;
    bool ended_ = false;
    bool stopped_ = false;
    std::thread worker_;  // last: it uses all the others
};

}  // namespace

std::unique_ptr<PreparedMessages> prepare_messages(std::unique_ptr<store::MessageStream> stream,
                                                   const PrepareOptions& options) {
    return std::make_unique<Plain>(std::move(stream), options);
}

std::unique_ptr<PreparedMessages> prepare_messages_ahead(
    std::unique_ptr<store::MessageStream> stream, const PrepareOptions& options) {
    return std::make_unique<Ahead>(std::move(stream), options);
}

}  // namespace mbx::migration
