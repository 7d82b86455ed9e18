using System.Text;
using Collab.Web;
using Collab.Web.Messages;

namespace Collab.Tests.Web;

/// <summary>Messages that name a document share its name's string, and each is about the document that it names, whatever others were named before.</summary>
public sealed class RecentDocumentIdsTests
{
    private static readonly CollabHubProtocol Protocol = new(new ClientLimits());

    [Fact]
    public void Messages_that_name_one_document_share_its_name()
    {
        string name = $"shared-{Guid.NewGuid():N}";
        // Hosts of other tests may push it out in between, but not each time.
        Assert.Contains(Enumerable.Range(0, 100), _ => ReferenceEquals(Leave(name), Leave(name)));
    }

    [Fact]
    public void Each_is_about_the_document_that_it_names()
    {
        // More than there are places, in lengths on both sides of eight, and several that differ in the middle alone.
        string[] names = [.. Enumerable.Range(0, 4000).Select(i => i % 3 == 0 ? $"{i}" : i % 3 == 1 ? $"document-{i}" : $"document-{i}-of-many")];
        for (int round = 0; round < 2; round++)
            Assert.All(names, name => Assert.Equal(name, Leave(name)));
    }

    [Fact]
    public void A_name_that_is_written_with_escapes_is_the_same()
    {
        Assert.Equal("d", Leave("""\u0064"""));
        Assert.Equal("d", Leave("d"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("""\u002f""")]
    public void One_that_may_not_be_a_name_is_refused_each_time(string name)
    {
        for (int i = 0; i < 2; i++)
            Assert.IsType<RefusedMessage>(Read(name));
    }

    private static string Leave(string name) => Assert.IsType<LeaveMessage>(Read(name)).Document.Value;

    private static ClientMessage? Read(string name) => Protocol.ReadFrame(Encoding.UTF8.GetBytes($$$"""{"type":1,"target":"leave","arguments":[{"document":"{{{name}}}"}]}"""));
}
