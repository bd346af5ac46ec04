// Reads the messages of one mbox file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/diagnostics.hpp"
#include "base/file.hpp"
#include "store/mail_store.hpp"
#include "store/mbox_splitter.hpp"

namespace mbx::store {

class MboxStream final : public MessageStream {
  public:
    /// Reads what the file holds now; what is appended later is not seen. Waits a little for a
    /// program that has locked it, and reads it anyway then.
    MboxStream(base::File file, MboxQuoting quoting, base::Diagnostics& diagnostics);
    ~MboxStream() override;

    std::optional<mail::Message> next() override;

    /// Also the text before the first postmark.
    Salvaged salvaged() override { return std::move(salvaged_); }

    /// Runs to the end. Messages that cannot be read count.
    std::uint64_t count_rest();

  private:
    struct Found;
    std::optional<Found> find_next_or_salvage();
    std::optional<Found> find_next();
    base::SharedSource range_of_file(std::uint64_t begin, std::uint64_t end) const;
    mail::Message make_message(const Found& found) const;
    void report_left_out();

    std::shared_ptr<const base::File> file_;
    base::Diagnostics& diagnostics_;
    MboxSplitter splitter_;
    Salvaged salvaged_;
    std::uint64_t expunged_ = 0;
    std::uint64_t internal_ = 0;
};

}  // namespace mbx::store
