// The commands of pst-inspect, and what they share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/tool.hpp"
#include "mapi/folder.hpp"
#include "pst/reader.hpp"

namespace mbx::inspect {

cli::Description description();
std::vector<std::unique_ptr<cli::Tool>> commands();

// One function for each command; listed in pst_inspect_common.cpp.
std::unique_ptr<cli::Tool> make_summary();
std::unique_ptr<cli::Tool> make_folders();
std::unique_ptr<cli::Tool> make_messages();
std::unique_ptr<cli::Tool> make_show();
std::unique_ptr<cli::Tool> make_check();
std::unique_ptr<cli::Tool> make_nodes();
std::unique_ptr<cli::Tool> make_blocks();
std::unique_ptr<cli::Tool> make_dump();
std::unique_ptr<cli::Tool> make_map();

/// A command that reads a PST through a PstReader.
class ReaderTool : public cli::Tool {
  public:
    using Tool::Tool;

  protected:
    void declare(cli::OptionSet& options) override;
    std::unique_ptr<pst::PstReader> open(const std::string& path, cli::Context& context) const;
    /// With that reader, whatever --reader says.
    std::unique_ptr<pst::PstReader> open(const std::string& path, pst::ReaderKind kind,
                                         cli::Context& context) const;

    /// What --reader says.
    pst::ReaderKind kind() const noexcept;

  private:
    std::string reader_ = "auto";
    std::uint32_t code_page_ = pst::PstReaderOptions{}.code_page;
};

/// False for what concerns all files: a wrong option, a signal, an output that takes no more.
bool is_about_one_file(const Error& error, const cli::Context& context);

/// Calls `work` for each file. One that fails is told of, and the next has its turn; what concerns
/// all of them is thrown on. Returns the
/// code of the first failure, or else the last one that is not Ok.
ExitCode for_each_file(const std::vector<std::string>& files, cli::Context& context,
                       const std::function<ExitCode(const std::string&)>& work);

/// Compares the store and the messages and hidden items of these folders, and prints what differs.
/// True when nothing does.
bool cross_check(const std::string& file, pst::PstReader& own, pst::PstReader& libpff,
                 const std::vector<pst::PstFolder>& folders, cli::Context& context);

/// The folders of a store with their paths.
class FolderTree {
  public:
    explicit FolderTree(std::vector<pst::PstFolder> folders);

    const std::vector<pst::PstFolder>& folders() const noexcept { return folders_; }
    /// "Inbox/Work": names from below the IPM subtree on, or from below the root for what does not
    /// lie there; "/", "%" and control characters in a name as %XX. The root: "/".
    const std::string& path(pst::ndb::Nid nid) const;
    /// How deep it lies below the root folder.
    int depth(pst::ndb::Nid nid) const;
    /// By path or NID ("0x8082"). Throws Error(NoInput) when there is none; when several have the
    /// path, the first.
    const pst::PstFolder& find(std::string_view word) const;

  private:
    std::vector<pst::PstFolder> folders_;
    std::map<pst::ndb::Nid, std::string> paths_;
    std::map<pst::ndb::Nid, int> depths_;
};

/// "0x200024", or decimal. Throws Error(Usage).
pst::ndb::Nid parse_nid(std::string_view word);

/// "inbox", "sent-items", ...; empty for None.
std::string_view name_of(mapi::SpecialFolder special) noexcept;

}  // namespace mbx::inspect
