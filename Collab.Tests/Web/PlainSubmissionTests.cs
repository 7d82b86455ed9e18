using System.Text;
using Collab.Web;
using Collab.Web.Messages;

namespace Collab.Tests.Web;

/// <summary>A submission in the form in which SignalR's clients write it is read by a shorter way. What comes of it is the same as by the long one, which a blank behind the frame brings about.</summary>
public sealed class PlainSubmissionTests
{
    private static readonly CollabHubProtocol Protocol = new(new ClientLimits { MessageBytes = 4096 });

    public static TheoryData<string> Arguments =>
    [
        """{"document":"d","sequence":1,"base":0,"delta":["a",3]}""",
        """{"delta":[{"insert":"ü🥊","attributes":{"b":[1]}}],"base":7,"sequence":9,"document":"a.b_c~d-e"}""",
        """ { "document" : "d" , "sequence" : 1 , "base" : 0 , "delta" : [ ] } """,
        """{"docum\u0065nt":"d","sequence":1,"b\u0061se":0,"delta":["]}"]}""",
        """{"document":"\u0064","sequence":1,"base":0,"delta":{"a":"],\"target\":\"submit\",\"type\":1}"}}""",
        """{"document":"d","sequence":1,"base":0}""",
        """{"document":"d","sequence":1,"base":0,"delta":["a"],"delta":["b"]}""",
        """{"document":"d","sequence":1,"base":0,"delta":["a"],"more":1}""",
        """{"document":"d","sequence":1,"base":0,"delta":["a"]},{"document":"d"}""",
        """{"document":"d","sequence":1,"base":0,"delta":["a"]}],"arguments":[{"document":"e","sequence":1,"base":0,"delta":["a"]}""",
        """{"document":"d","sequence":1,"base":0,"delta":["a"]}],"invocationId":["1" """,
        """{"document":"d","sequence":1,"base":0,"delta":["a"]""",
        """{"document":"d/e","sequence":1,"base":0,"delta":["a"]}""",
        """{"document":"","sequence":1,"base":0,"delta":["a"]}""",
        """{"document":"d","sequence":0,"base":-1,"delta":"a"}""",
        """{"\ud800":"d"}""",
        """["document"]""",
        "",
        "7",
        $$"""{"document":"d","sequence":1,"base":0,"delta":["{{new string('a', 4096)}}"]}""",
        .. Enumerable.Range(58, 8).Select(depth => $$"""{"document":"d","sequence":1,"base":0,"delta":{{new string('[', depth)}}{{new string(']', depth)}}}"""),
    ];

    [Theory]
    [MemberData(nameof(Arguments))]
    public void It_is_read_as_any_other_message(string argument)
    {
        foreach (string frame in (string[])[$$"""{"type":1,"target":"submit","arguments":[{{argument}}]}""", $$"""{"arguments":[{{argument}}],"target":"submit","type":1}"""])
        {
            byte[] plain = Encoding.UTF8.GetBytes(frame);
            Assert.Equal(Read([.. plain, (byte)' ']), Read(plain));
        }
    }

    [Fact]
    public void What_is_not_UTF_8_is_refused()
    {
        byte[] frame = [.. """{"type":1,"target":"submit","arguments":[{"document":"d","sequence":1,"base":0,"delta":["a"""u8, 0xff, .. "\"]}]}"u8];
        Assert.Equal("Not UTF-8.", Assert.IsType<RefusedMessage>(Protocol.ReadFrame(frame)).Refusal.Detail);
    }

    private static string Read(byte[] frame) => Protocol.ReadFrame(frame) switch
    {
        SubmitMessage submit => $"{submit.Document} {submit.Sequence} {submit.Base} {Encoding.UTF8.GetString(submit.Delta.Span)}",
        RefusedMessage refused => $"{refused.Document} {refused.Verb} {refused.Sequence} {refused.Refusal.Reason} {refused.Refusal.Detail.Replace($"{frame.Length} bytes", "its bytes", StringComparison.Ordinal)}",
        var other => throw new InvalidOperationException($"{other} was read."),
    };
}
