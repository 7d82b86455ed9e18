using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;
using Collab.Operations;

namespace Collab.Tests.Documents;

/// <summary>A session at an authority, in as few words as a test wants: <c>ada.Submit(on: 0, """["x"]""")</c>.</summary>
internal sealed class Author
{
    private readonly DocumentAuthority _authority;
    private SessionMark _mark;

    public Author(DocumentAuthority authority, string session)
    {
        _authority = authority;
        Session = new SessionId(session);
        _mark = authority.Admit(Session, session, null);
    }

    public static DateTimeOffset At { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_763_690_000_123);

    public SessionId Session { get; }

    public long Sequence { get; set; }

    public static DocumentAuthority Authority(string kind = "text", ConflictPolicy policy = ConflictPolicy.Merge, DocumentOptions? options = null, long epoch = 1)
    {
        var found = DocumentKinds.Find(kind)!;
        return new DocumentAuthority(found, policy, options ?? new DocumentOptions(), epoch, Revision.Zero, found.Initial);
    }

    public static string Text(IContent content)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        content.Encode(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public void Return() => _mark = _authority.Admit(Session, Session.Value, null);

    public Submission Submission(long on, string delta, long? sequence = null) =>
        new(Session, _mark.Lease, sequence ?? ++Sequence, new Revision(on), Encoding.UTF8.GetBytes(delta));

    public Decision Submit(long on, string delta, long? sequence = null) => _authority.Decide(Submission(on, delta, sequence), [], At);

    public Decision.Applied Apply(long on, string delta) => Assert.IsType<Decision.Applied>(Submit(on, delta));

    public RefusalReason Refused(long on, string delta, long? sequence = null) =>
        Assert.IsType<Decision.Refused>(Submit(on, delta, sequence)).Refusal.Reason;
}
