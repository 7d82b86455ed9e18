using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;
using Collab.Tests.Documents;

namespace Collab.Tests.Access;

/// <summary>What the authority decides for whom: the role comes with each submission.</summary>
public sealed class RoleInDecisionTests
{
    private const string Comment = """[{"retain":1,"attributes":{"comment-7":"why?"}}]""";
    private const string Bold = """[{"retain":1,"attributes":{"bold":true}}]""";

    private readonly DocumentAuthority _authority = Author.Authority("richtext");
    private readonly Author _ada;

    public RoleInDecisionTests() => _ada = new Author(_authority, "ada");

    [Theory]
    [InlineData(null, true, true)]
    [InlineData(Role.None, false, false)]
    [InlineData(Role.Viewer, false, false)]
    [InlineData(Role.Commenter, true, false)]
    [InlineData(Role.Editor, true, true)]
    [InlineData(Role.Owner, true, true)]
    public void A_role_admits_what_it_may(Role? role, bool comment, bool edit)
    {
        Assert.Equal(comment, Submit(1, 0, Comment, role));
        Assert.Equal(edit, Submit(2, 0, Bold, role));
        Assert.Equal(edit, Submit(3, 0, """[{"insert":"x"},{"retain":1}]""", role));
    }

    [Fact]
    public void A_commenters_comment_is_rebased_like_everything()
    {
        Assert.True(Submit(1, 0, """[{"insert":"abc"},{"retain":1}]""", Role.Editor));
        Assert.True(Submit(2, 0, Comment, Role.Commenter));
        Assert.Equal("""[{"insert":"abc"},{"insert":"\n","attributes":{"comment-7":"why?"}}]""", Author.Text(_authority.Content));
    }

    [Fact]
    public void What_was_applied_before_the_role_was_lost_is_acknowledged_again()
    {
        Assert.True(Submit(1, 0, Bold, Role.Editor));
        var again = _ada.Submission(0, Bold, 1) with { Role = Role.Viewer };
        Assert.Equal(new Revision(1), Assert.IsType<Decision.Duplicate>(_authority.Decide(again, [], Author.At)).Revision);
    }

    private bool Submit(long sequence, long on, string delta, Role? role)
    {
        var decision = _authority.Decide(_ada.Submission(on, delta, sequence) with { Role = role }, [], Author.At);
        if (decision is Decision.Refused refused)
            Assert.Equal(RefusalReason.Forbidden, refused.Refusal.Reason);
        return decision is Decision.Applied;
    }
}
