#include "migration/store_addresses.hpp"

#include <utility>

#include "base/text.hpp"
#include "convert/address_resolution.hpp"
#include "migration/store_walk.hpp"

namespace mbx::migration {
namespace {

class Learner {
  public:
    Learner(pst::PstReader& pst, const base::StopFlag& stop) : pst_(pst), stop_(stop) {}

    std::map<std::string, std::string> run() {
        for (const pst::PstFolder& folder : pst_.folders()) {
            if (!folder.search) {
                pass_over_damage([&] { learn_folder(folder.nid); });
            }
        }
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
    const base::StopFlag& stop_;
    std::map<std::string, std::string> stated_;
    std::map<std::string, std::string> likely_;
};

}  // namespace

std::string StoreAddresses::smtp_of(std::string_view distinguished_name) {
    if (!smtp_of_) {
        smtp_of_ = Learner(pst_, stop_).run();
    }
    const auto found = smtp_of_->find(base::ascii_lower(distinguished_name));
    return found != smtp_of_->end() ? found->second : std::string();
}

}  // namespace mbx::migration
