// Delivers messages into one Maildir folder.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostics.hpp"
#include "store/batch_delivery.hpp"
#include "store/mail_store.hpp"
#include "store/maildir_keywords.hpp"

namespace mbx::store {

class MaildirWriter final : public FolderWriter {
  public:
    MaildirWriter(Directory folder, base::Diagnostics& diagnostics);

    void append(const mail::Message& message, std::uint64_t ticket) override;
    std::vector<AppendResult> take_results() override { return delivery_.take_results(); }
    void flush() override;

  private:
    std::string letters_of(const mail::Message& message);
    void report_lost(const std::string& keyword, const char* why);

    Directory folder_;
    base::Diagnostics& diagnostics_;
    MaildirKeywords keywords_;
    BatchDelivery delivery_;
    std::set<std::string> lost_keywords_;
};

}  // namespace mbx::store
