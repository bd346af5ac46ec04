#include "migration/store_addresses.hpp"

#include <utility>
#include <vector>

#include "base/text.hpp"
#include "convert/address_resolution.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

class Learner {
  public:
    Learner(pst::PstReader& pst, base::Progress& progress, const base::StopFlag& stop)
        : pst_(pst), progress_(progress), stop_(stop) {}

    std::map<std::string, std::string> run() {
        std::vector<pst::PstFolder> folders = pst_.folders();
        std::erase_if(folders, [](const pst::PstFolder& folder) { return folder.search; });
        std::uint64_t messages = 0;
        for (const pst::PstFolder& folder : folders) {
            messages += folder.message_count;
        }
        progress_.start("look for Internet addresses", messages);
        for (const pst::PstFolder& folder : folders) {
            pass_over_damage([&] { learn_folder(folder.nid); });
        }
        progress_.finish();
        stated_.merge(likely_);  // which leaves out what is there
        return std::move(stated_);
    }

  private:
    template <typename Work>
    static void pass_over_damage(Work&& work) {
        try {
            work();
        } catch (const Error& error) {
            if (!is_about_one_message(error)) {
                throw;
            }
        }
    }

    void learn_folder(pst::ndb::Nid folder) {
        const auto cursor = pst_.messages(folder);
        while (cursor->next()) {
            throw_if_stopped(stop_);
            pass_over_damage([&] { learn(cursor->message()); });
            progress_.advance(1, 0);
        }
    }

    void learn(const mapi::Message& message) {
        for (convert::X500Name& name : convert::x500_names(message)) {
            auto& names = name.stated ? stated_ : likely_;
            if (names.size() < StoreAddresses::kMostNames) {
                names.try_emplace(std::move(name.name), std::move(name.address));
            }
        }
        for (const mapi::Attachment& attachment : message.attachments) {
            if (attachment.embedded != nullptr) {
                learn(*attachment.embedded);
            }
        }
    }

    pst::PstReader& pst_;
    base::Progress& progress_;
    const base::StopFlag& stop_;
    std::map<std::string, std::string> stated_;
    std::map<std::string, std::string> likely_;
};

}  // namespace

std::string StoreAddresses::smtp_of(std::string_view distinguished_name) {
    if (!smtp_of_) {
        smtp_of_ = Learner(pst_, progress_, stop_).run();
    }
    const auto found = smtp_of_->find(base::ascii_lower(distinguished_name));
    return found != smtp_of_->end() ? found->second : std::string();
}

}  // namespace mbx::migration
