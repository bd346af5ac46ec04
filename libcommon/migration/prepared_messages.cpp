#include "migration/prepared_messages.hpp"

#include "convert/to_mapi.hpp"
#include "migration/read_ahead.hpp"
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
        } catch (const store::FolderError& error) {
            prepared.failure = error;
            prepared.folder_failed = true;
        } catch (const Error& error) {
            if (!is_about_one_message(error) || ++failures_ > kMostFailuresInARow) {
                throw;
            }
            prepared.failure = error;
            if (!prepared.mail) {
                prepared.salvaged = stream_->salvaged();
            }
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
        : inner_(std::move(stream), options),
          ahead_([this] { return inner_.next(); }, kQueueLength) {}

    std::optional<Prepared> next() override { return ahead_.next(); }

  private:
    Plain inner_;
    ReadAhead<Prepared> ahead_;
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
